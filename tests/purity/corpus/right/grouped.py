from langgraph.types import interrupt


def node(state):
    by = {}
    for i in state["items"]:
        by.setdefault(i["k"], []).append(i)
    return {"a": interrupt(by)}
