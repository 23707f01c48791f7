from langgraph.types import interrupt
from langchain_core.runnables import RunnableLambda


def one(q):
    return interrupt(q)


def node(state):
    r = RunnableLambda(one).batch(state["qs"], return_exceptions=True)  # expect: PC302
    return {"r": r}
