import requests
from langgraph.types import interrupt


def ask_user(question):
    return interrupt({"question": question})


def node(state):
    requests.put("https://example.com/lock")  # expect: PC101
    return {"answer": ask_user("Go on?")}
