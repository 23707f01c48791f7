from langgraph.errors import GraphBubbleUp
from langgraph.types import interrupt

def guarded(fn):
    async def wrapper(state):
        try:
            return await fn(state)
        except Exception as e:
            if not isinstance(e, GraphBubbleUp):
                return {"error": repr(e)}
            raise
    return wrapper

@guarded
async def node(state):
    return {"a": interrupt(state["q"])}
