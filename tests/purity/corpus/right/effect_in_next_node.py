import requests
from langgraph.types import interrupt


def ask_first(state):
    return {"ok": interrupt("Send?")}


def send(state):
    if state["ok"]:
        requests.post("https://example.com")
    return {}
