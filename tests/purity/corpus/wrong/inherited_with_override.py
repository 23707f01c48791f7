from langgraph.types import interrupt
import requests


class Base:
    def __call__(self, state):
        self.before(state)  # expect: PC101
        return {"a": interrupt("q")}
    def before(self, state): ...


class Child(Base):
    def before(self, state):
        requests.post("x")
