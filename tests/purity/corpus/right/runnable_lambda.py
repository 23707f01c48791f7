from langgraph.types import interrupt
from langchain_core.runnables import RunnableLambda
fmt = RunnableLambda(lambda x: x.upper())


def node(state):
    return {"a": interrupt(fmt.invoke(state["x"]))}
