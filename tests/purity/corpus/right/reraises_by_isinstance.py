from langgraph.errors import GraphInterrupt
from langgraph.types import interrupt


def node(state):
    try:
        return {"answer": interrupt("Go on?")}
    except Exception as error:
        if isinstance(error, GraphInterrupt):
            raise
        return {"error": str(error)}
