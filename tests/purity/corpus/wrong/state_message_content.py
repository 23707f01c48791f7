from langgraph.types import interrupt

def node(state: MessagesState):
    last = state["messages"][-1]
    last.content = last.content.strip()  # expect: PC501
    return {"ok": interrupt(last.content)}
