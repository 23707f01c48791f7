from openai import OpenAI
from langgraph.types import interrupt

client = OpenAI()

def draft_email(state):
    completion = client.chat.completions.create(model="gpt-4o", messages=state["messages"])  # expect: PC101
    return {"feedback": interrupt(completion.choices[0].message.content)}
