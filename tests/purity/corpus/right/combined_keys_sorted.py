from langgraph.types import interrupt


def node(state):
    both = sorted(state["ours"].keys() & state["theirs"].keys())
    return {"winner": interrupt({"conflicts": both})}
