from langgraph.types import interrupt


def node(state):
    names = list(dict.fromkeys(p["name"] for p in state["people"]))
    return {"answer": interrupt(f"Invite {', '.join(names)}?")}
