from langgraph.types import interrupt
import requests


def node(state):
    def inner(d=requests.get("x")):  # expect: PC101
        return d
    return {"a": interrupt("q")}
