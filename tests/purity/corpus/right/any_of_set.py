from langgraph.types import interrupt

BAD = frozenset({"x", "y"})

def node(state):
    risky = any(w in BAD for w in state["words"])
    overlap = len(BAD & set(state["words"]))
    if not risky:
        return {}
    return {"a": interrupt({"overlap": overlap, "words": sorted(set(state["words"]))})}
