from langgraph.types import interrupt


def a(s):
    return interrupt("a")


def b(s):
    return interrupt("b")


def node(state):
    f = a if state["k"] else b
    return {"x": f(state)}
