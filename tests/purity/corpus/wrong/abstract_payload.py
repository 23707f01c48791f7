from langgraph.types import interrupt
import requests
from abc import ABC, abstractmethod


class Base(ABC):
    def __call__(self, state):
        payload = self.build(state)  # expect: PC101
        return {"a": interrupt(payload)}
    @abstractmethod
    def build(self, state): ...


class Child(Base):
    def build(self, state):
        return requests.get("x").json()
