from langgraph.types import interrupt


def node(state):
    try:
        answer = interrupt("Go on?")
    except Exception as error:  # expect: PC301
        return {"error": str(error)}
    return {"answer": answer}
