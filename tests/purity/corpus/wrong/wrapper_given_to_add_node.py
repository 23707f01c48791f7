from langgraph.types import interrupt
from langgraph.graph import StateGraph


def safe(fn):
    def w(state):
        try:
            return fn(state)
        except Exception as e:  # expect: PC301
            return {"error": str(e)}
    return w


def node(state):
    return {"a": interrupt("q")}
b = StateGraph(dict)
b.add_node("n", safe(node))
