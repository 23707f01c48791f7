from langgraph.types import interrupt


def remember(state):
    with open("log.txt", "a") as file:
        file.write(state["id"])


def node(state):
    remember(state)  # expect: PC101
    return {"answer": interrupt("Go on?")}
