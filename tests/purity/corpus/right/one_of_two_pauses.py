from langgraph.types import interrupt


def a(s):
    return interrupt("a")


def b(s):
    return interrupt("b")
ASK = {"a": a, "b": b}


def node(state):
    return {"x": ASK[state["k"]](state)}
