from langgraph.types import interrupt
import requests


class Api:
    def tell(self):
        requests.post("x")


class N:
    def __init__(self, api: Api):
        self.api = api
    def __call__(self, state):
        self.api.tell()  # expect: PC101
        return {"a": interrupt("q")}
