from langgraph.types import interrupt
import requests


class Base:
    def run(self, state):
        requests.post("x")


class Child(Base):
    def run(self, state):
        super().run(state)  # expect: PC101
        return {"a": interrupt("q")}
