from langgraph.types import interrupt

def node(state):
    name = input("name? ")  # expect: PC101
    return {"ok": interrupt(f"Hello {name}")}
