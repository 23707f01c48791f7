from langgraph.types import interrupt


def node(state):
    answer = "no"
    try:
        answer = interrupt("Go on?")
    finally:
        return {"answer": answer}  # expect: PC301
