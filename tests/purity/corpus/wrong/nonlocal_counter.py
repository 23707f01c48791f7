from langgraph.types import interrupt


def make_node():
    count = 0

    def node(state):
        nonlocal count
        count += 1  # expect: PC101
        return {"answer": interrupt("Go on?")}

    return node
