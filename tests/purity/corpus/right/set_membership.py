from langgraph.types import interrupt

KNOWN = {"a", "b"}


def node(state):
    fresh = [t for t in state["tags"] if t not in KNOWN]
    return {"answer": interrupt({"fresh": fresh})}
