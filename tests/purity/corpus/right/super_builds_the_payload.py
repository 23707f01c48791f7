from langgraph.types import interrupt


class Base:
    def build(self, state):
        return {"question": state["question"]}


class Child(Base):
    def build(self, state):
        return {**super().build(state), "options": state["options"]}

    def __call__(self, state):
        return {"a": interrupt(self.build(state))}
