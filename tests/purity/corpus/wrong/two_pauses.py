from langgraph.types import interrupt


def node(state):
    name = interrupt("Name?")
    mail = interrupt("Mail?")  # expect: PC402
    return {"name": name, "mail": mail}
