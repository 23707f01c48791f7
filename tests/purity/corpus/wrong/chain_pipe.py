from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI
from langgraph.types import interrupt

chain = ChatPromptTemplate.from_template("x {y}") | ChatOpenAI()

def node(state):
    out = chain.invoke({"y": state["y"]})  # expect: PC101
    return {"ok": interrupt(out.content)}
