from langgraph.config import get_stream_writer
from langgraph.types import interrupt


def node(state):
    writer = get_stream_writer()
    writer({"progress": "asking"})
    return {"answer": interrupt("Go on?")}
