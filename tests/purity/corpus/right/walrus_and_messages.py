from langchain_core.messages import AIMessage, ToolMessage
from langgraph.types import interrupt


def node(state):
    last = state["messages"][-1]
    if not (calls := last.tool_calls):
        return {}
    call = calls[0]
    answer = interrupt({"tool": call["name"], "args": call["args"]})
    return {"messages": [ToolMessage(content=str(answer), tool_call_id=call["id"])]}
