import requests
from langgraph.types import interrupt


class AskMixin:
    def ask(self, question):
        answer = interrupt(question)
        self.after(answer)
        return answer


class Node(AskMixin):
    def after(self, answer):
        requests.post("https://example.com/answers", json={"answer": answer})

    def __call__(self, state):
        return {"a": self.ask(state["question"])}
