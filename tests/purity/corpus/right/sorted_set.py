from langgraph.types import interrupt


def node(state):
    tags = {t.lower() for t in state["tags"]}
    return {"answer": interrupt({"tags": sorted(tags), "count": len(tags)})}
