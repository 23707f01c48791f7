from langgraph import errors
from langgraph.types import interrupt


async def node(state):
    try:
        return {"answer": interrupt("Go on?")}
    except errors.GraphInterrupt:
        raise
    except Exception:
        return {"answer": None}
