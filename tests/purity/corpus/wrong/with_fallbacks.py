from langchain_core.runnables import RunnableLambda
from langgraph.types import interrupt


def ask(state):
    return {"answer": interrupt("Go on?")}


def default(state):
    return {"answer": "no"}


node = RunnableLambda(ask)


def build(builder):
    builder.add_node("ask", node.with_fallbacks([RunnableLambda(default)]))  # expect: PC303
