from langgraph.types import interrupt
import requests


def announce(fn):
    def w(self, state):
        requests.post("x")  # expect: PC101
        return fn(self, state)
    return w


class N:
    @announce
    def node(self, state):
        return {"a": interrupt("q")}
