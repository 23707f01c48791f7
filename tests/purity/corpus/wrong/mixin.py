from langgraph.types import interrupt
import requests


class AskMixin:
    def ask(self, q):
        self.before()  # expect: PC101
        return interrupt(q)


class N(AskMixin):
    def before(self):
        requests.post("x")
    def __call__(self, state):
        return {"a": self.ask("q")}
