from langgraph.types import interrupt


def node(state):
    tags = sorted(set(state["tags"]), key=lambda tag: (len(tag), tag))
    return {"a": interrupt(tags)}
