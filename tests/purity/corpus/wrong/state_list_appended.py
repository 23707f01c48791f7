from langgraph.types import interrupt


def node(state):
    messages = state["messages"]
    messages.append({"role": "ai", "content": "May I?"})  # expect: PC501
    return {"answer": interrupt("Go on?"), "messages": messages}
