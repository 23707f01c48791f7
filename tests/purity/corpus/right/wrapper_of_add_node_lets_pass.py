import functools

from langgraph.errors import GraphBubbleUp
from langgraph.types import interrupt


def safe(fn):
    @functools.wraps(fn)
    def wrapper(*args, **kwargs):
        try:
            return fn(*args, **kwargs)
        except GraphBubbleUp:
            raise
        except Exception as error:
            return {"error": str(error)}

    return wrapper


def node(state):
    return {"a": interrupt("Go on?")}


def build(builder):
    builder.add_node("node", safe(node))
