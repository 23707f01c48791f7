from langgraph.types import interrupt


def node(state: AgentState):
    state.attempts += 1  # expect: PC501
    return {"answer": interrupt(state.question)}
