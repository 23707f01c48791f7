from langgraph.types import interrupt

asked = 0


def node(state):
    global asked
    asked += 1  # expect: PC101
    return {"answer": interrupt("Go on?")}
