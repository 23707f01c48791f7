from langgraph.types import interrupt


def node(state: MessagesState):
    last = state["messages"][-1].model_copy()
    last.content = last.content.strip()
    verdict = interrupt(last.content)
    return {"messages": [last], "verdict": verdict}
