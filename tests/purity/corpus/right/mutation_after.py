from langgraph.types import interrupt


def node(state):
    answer = interrupt("Go on?")
    messages = state["messages"]
    messages.append(answer)
    return {"messages": messages}
