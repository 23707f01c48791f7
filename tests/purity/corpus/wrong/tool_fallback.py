from langchain_core.runnables import RunnableLambda
from langgraph.types import interrupt

def node(state):
    return {"ok": interrupt("?")}

safe = RunnableLambda(node).with_retry(stop_after_attempt=2)  # expect: PC303
