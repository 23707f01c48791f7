from langgraph.types import interrupt
import requests
FNS = {"ask": interrupt}


def node(state):
    requests.post("x")  # expect: PC101
    return {"a": FNS["ask"]("q")}
