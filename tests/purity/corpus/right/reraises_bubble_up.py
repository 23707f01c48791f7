from langgraph.errors import GraphBubbleUp
from langgraph.types import interrupt


def node(state):
    try:
        answer = interrupt("Go on?")
        save(answer)
    except GraphBubbleUp:
        raise
    except Exception as error:
        return {"error": str(error)}
    return {"answer": answer}
