from langgraph.types import interrupt


def node(state, lock_service):
    answer = interrupt("Rebuild the index?")
    lock_service.acquire(state["index"])
    try:
        rebuild(state["index"], answer)
    finally:
        lock_service.release(state["index"])
    return {"answer": answer}
