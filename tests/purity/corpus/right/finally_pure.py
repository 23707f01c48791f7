from langgraph.types import interrupt

def node(state):
    label = ""
    try:
        label = state["title"].upper()
        answer = interrupt(label)
    finally:
        label = None
    return {"a": answer}
