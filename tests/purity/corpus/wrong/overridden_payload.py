from langgraph.types import interrupt
import uuid


class Base:
    def __call__(self, state):
        return {"a": interrupt(self.build(state))}
    def build(self, state):
        raise NotImplementedError


class Child(Base):
    def build(self, state):
        return {"id": str(uuid.uuid4())}  # expect: PC201
