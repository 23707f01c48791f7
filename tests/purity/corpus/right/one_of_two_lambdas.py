from langgraph.types import interrupt
HANDLERS = [lambda s: interrupt("a"), lambda s: interrupt("b")]


def node(state):
    return {"x": HANDLERS[state["i"]](state)}
