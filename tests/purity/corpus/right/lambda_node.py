from langgraph.types import interrupt

node = lambda state: {"answer": interrupt({"q": state["q"].strip()})}
