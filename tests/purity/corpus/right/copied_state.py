import copy

from langgraph.types import interrupt


def node(state):
    draft = copy.deepcopy(state["draft"])
    draft["title"] = draft["title"].title()
    items = list(state["items"])
    items.append("other")
    items.sort()
    merged = {**state, "x": 1}
    merged["y"] = 2
    return {"answer": interrupt({"draft": draft, "items": items})}
