from langgraph.types import interrupt


def node(state):
    try:
        answer = interrupt("Go on?")
    except BaseException as error:  # expect: PC301
        raise RuntimeError("node failed") from error
    return {"answer": answer}
