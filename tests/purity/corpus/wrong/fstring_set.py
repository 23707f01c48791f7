from langgraph.types import interrupt

def node(state):
    missing = {"a", "b", "c"} - set(state["have"])
    return {"a": interrupt(f"Missing: {missing}")}  # expect: PC202
