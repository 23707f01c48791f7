from abc import ABC, abstractmethod

from langgraph.types import interrupt


class Review(ABC):
    def __call__(self, state):
        return {"verdict": interrupt(self.build(state))}

    @abstractmethod
    def build(self, state): ...


class TextReview(Review):
    def build(self, state):
        return {"question": "Publish?", "text": state["text"]}
