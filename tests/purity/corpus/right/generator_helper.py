from langgraph.types import interrupt

def lines(items):
    for item in items:
        yield f"- {item}"

def node(state):
    return {"a": interrupt("\n".join(lines(state["items"])))}
