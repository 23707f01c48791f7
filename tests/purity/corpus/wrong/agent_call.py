from langgraph.prebuilt import create_react_agent
from langgraph.types import interrupt

agent = create_react_agent("openai:gpt-4o", [])

def node(state):
    result = agent.invoke({"messages": state["messages"]})  # expect: PC101
    return {"ok": interrupt(result["messages"][-1].content)}
