from langgraph.types import interrupt


def ask_until(q, n=0):
    a = interrupt(q)
    if a == "":
        return ask_until(q, n + 1)  # expect: PC401
    return a


def node(state):
    return {"a": ask_until("x")}
