import requests
from langgraph.types import interrupt


def notify_and_wait(state):
    requests.post("https://hooks.example.com", json={"text": "please look"})  # expect: PC101
    return {"ok": interrupt("Look?")}
