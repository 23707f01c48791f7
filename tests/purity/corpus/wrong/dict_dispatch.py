import requests
from langgraph.types import interrupt

def by_mail(s):
    requests.post("m", json=s)

def by_log(s):
    pass

HOW = {"mail": by_mail, "log": by_log}

def node(state):
    HOW[state["how"]](state)  # expect: PC101
    return {"ok": interrupt("?")}
