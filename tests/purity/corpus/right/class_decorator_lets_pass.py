from langgraph.errors import GraphBubbleUp
from langgraph.types import interrupt


class Safe:
    def __init__(self, fn):
        self.fn = fn

    def __call__(self, state):
        try:
            return self.fn(state)
        except GraphBubbleUp:
            raise
        except Exception as error:
            return {"error": str(error)}


@Safe
def node(state):
    return {"plan": interrupt(state["plan"])}
