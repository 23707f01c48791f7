from langgraph.types import interrupt


def normalised(items):
    items = list(items)
    items.sort(key=lambda x: x["n"])
    return items


def node(state):
    return {"ok": interrupt(normalised(state["items"]))}
