from langchain_core.messages import AIMessage
from langgraph.types import interrupt

def node(state):
    messages = state["messages"] + [AIMessage("May I?")]
    messages.append(AIMessage("?"))
    text = "\n".join(m.content for m in messages)
    return {"a": interrupt(text)}
