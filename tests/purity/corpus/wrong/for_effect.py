import requests
from langgraph.types import interrupt

def node(state):
    for user in state["users"]:
        requests.post("https://example.com", json=user)  # expect: PC101
    return {"ok": interrupt("All told?")}
