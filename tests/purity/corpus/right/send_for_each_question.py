from langgraph.types import Send, interrupt


def ask_each(state):
    return [Send("ask_one", {"question": q}) for q in state["questions"]]


def ask_one(state):
    return {"answers": [interrupt(state["question"])]}


def build(builder):
    builder.add_conditional_edges("plan", ask_each, ["ask_one"])
    builder.add_node("ask_one", ask_one)
