from langgraph.types import interrupt
import requests


class Base:
    def hook(self):
        requests.post("x")


class Child(Base):
    def __call__(self, state):
        super().hook()  # expect: PC101
        return {"a": interrupt("q")}
