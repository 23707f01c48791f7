from functools import partial

from langgraph.types import interrupt


def ask(question, state):
    return {"answer": interrupt({"question": question, "draft": state["draft"]})}


def build(builder):
    builder.add_node("sure", partial(ask, "Sure?"))
    builder.add_node("really", partial(ask, "Really?"))
