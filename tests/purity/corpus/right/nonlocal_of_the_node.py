from langgraph.types import interrupt


def node(state):
    n = 0
    def inc():
        nonlocal n
        n += 1
        return n
    rows = [(inc(), r) for r in state["rows"]]
    return {"a": interrupt({"rows": rows})}
