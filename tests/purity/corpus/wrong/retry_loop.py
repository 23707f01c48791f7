from langgraph.types import interrupt

def node(state):
    for attempt in range(3):
        answer = interrupt(f"Try {attempt}")  # expect: PC401
        if answer:
            return {"a": answer}
    return {"a": None}
