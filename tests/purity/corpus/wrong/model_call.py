from langchain_openai import ChatOpenAI
from langgraph.types import interrupt

llm = ChatOpenAI(model="gpt-4o")


def propose(state):
    draft = llm.invoke(state["messages"])  # expect: PC101
    answer = interrupt({"draft": draft.content})
    return {"draft": draft, "answer": answer}
