from langgraph.types import interrupt


def node(state):
    try:
        age = int(interrupt("Age?"))
    except ValueError:
        age = 0
    return {"age": age}
