from langchain_core.runnables import RunnableLambda
from langchain_openai import ChatOpenAI
from langgraph.types import interrupt

llm = ChatOpenAI().with_retry(stop_after_attempt=3)
backup = ChatOpenAI(model="gpt-4o-mini")
draft = RunnableLambda(lambda state: state["messages"]) | llm.with_fallbacks([backup])


def review(state):
    return {"verdict": interrupt({"draft": state["messages"][-1].content})}


def build(builder):
    builder.add_node("draft", draft)
    builder.add_node("review", review)
