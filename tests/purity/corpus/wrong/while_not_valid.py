from langgraph.types import interrupt

def node(state):
    value = None
    while not value:
        value = interrupt("Value?")  # expect: PC401
    return {"value": value}
