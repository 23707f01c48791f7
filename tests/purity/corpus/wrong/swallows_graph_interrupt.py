from langgraph.errors import GraphInterrupt
from langgraph.types import interrupt


def node(state):
    try:
        answer = interrupt("Go on?")
    except GraphInterrupt:  # expect: PC301
        answer = None
    return {"answer": answer}
