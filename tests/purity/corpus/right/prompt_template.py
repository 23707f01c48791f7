from langchain_core.prompts import ChatPromptTemplate
from langgraph.types import interrupt

prompt = ChatPromptTemplate.from_template("Approve {topic}?")


def node(state):
    text = prompt.invoke({"topic": state["topic"]}).to_string()
    return {"answer": interrupt(text)}
