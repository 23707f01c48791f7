from langgraph.types import interrupt


def node(state):
    for item in state.get("items", []):
        item["shown"] = True  # expect: PC501
    return {"answer": interrupt(state["items"])}
