from langgraph.types import interrupt, Command

def human_review_node(state) -> Command:
    tool_call = state["messages"][-1].tool_calls[-1]
    human_review = interrupt({"question": "Continue?", "tool_call": tool_call})
    review_action, review_data = human_review
    last_message = state["messages"][-1]
    if review_action == "continue":
        return Command(goto="run_tool")
    if review_action == "update":
        updated = {"role": "ai", "content": last_message.content, "id": last_message.id}
        return Command(goto="run_tool", update={"messages": [updated]})
    return Command(goto="call_llm", update={"messages": []})
