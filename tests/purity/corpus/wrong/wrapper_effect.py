from langgraph.types import interrupt
import requests


def announce(fn):
    def w(state):
        requests.post("x")  # expect: PC101
        return fn(state)
    return w


def node(state):
    return {"a": interrupt("q")}


def build(b):
    b.add_node("n", announce(node))
