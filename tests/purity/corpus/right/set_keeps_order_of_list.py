from langgraph.types import interrupt


def node(state):
    seen = set()
    tags = []
    for tag in state["tags"]:
        if tag not in seen:
            seen.add(tag)
            tags.append(tag)
    return {"a": interrupt({"tags": tags, "dropped": len(state["tags"]) - len(seen)})}
