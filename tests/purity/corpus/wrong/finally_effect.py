from langgraph.types import interrupt


def node(state, lock_service):
    try:
        answer = interrupt("Go on?")
    finally:
        send_email("someone was asked")  # expect: PC101
    return {"answer": answer}
