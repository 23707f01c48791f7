from langgraph.types import interrupt


def node(state):
    names = {p["name"] for p in state["people"]}
    text = ", ".join(names)  # expect: PC202
    return {"answer": interrupt(f"Invite {text}?")}
