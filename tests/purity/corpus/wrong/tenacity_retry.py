from langgraph.types import interrupt
from tenacity import retry, stop_after_attempt


@retry(stop=stop_after_attempt(3))  # expect: PC303
def node(state):
    return {"answer": interrupt("Go on?")}
