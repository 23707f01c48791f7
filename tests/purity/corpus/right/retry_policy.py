from langgraph.graph import StateGraph
from langgraph.types import RetryPolicy, interrupt


def node(state):
    return {"answer": interrupt("Go on?")}


builder = StateGraph(dict)
builder.add_node("ask", node, retry_policy=RetryPolicy(max_attempts=3))
