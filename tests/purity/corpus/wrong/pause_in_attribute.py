from langgraph.types import interrupt
import requests


class N:
    def __init__(self):
        self.ask = interrupt
    def __call__(self, state):
        requests.post("x")  # expect: PC101
        return {"a": self.ask("q")}
