from langgraph.types import interrupt
import tempfile


def node(state):
    return {"a": interrupt({"x": tempfile.gettempdir(), "y": tempfile.mktemp()})}  # expect: PC201
