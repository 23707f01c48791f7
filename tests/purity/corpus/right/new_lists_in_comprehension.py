from langgraph.types import interrupt


def node(state):
    items = [dict(i) for i in state["items"]]
    for i in items:
        i["seen"] = True
    d = {k: list(v) for k, v in state["d"].items()}
    d["x"].append(1)
    return {"a": interrupt({"i": items, "d": d})}
