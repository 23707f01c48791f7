from langgraph.types import interrupt


class Base:
    def ask(self):
        return interrupt("q")
import requests


class Child(Base):
    def __call__(self, state):
        requests.post("x")  # expect: PC101
        return {"a": super().ask()}
