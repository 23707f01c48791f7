from langchain_openai import ChatOpenAI
from langgraph.types import interrupt

llm = ChatOpenAI()


def draft(state):
    return {"draft": llm.invoke(state["messages"]).content}


def review(state):
    return {"verdict": interrupt({"draft": state["draft"]})}
