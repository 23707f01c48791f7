from langgraph.types import interrupt


class Reviewer:
    def __init__(self, title):
        self.title = title

    def question(self, state):
        return {"title": self.title, "draft": state["draft"]}

    def __call__(self, state):
        return {"verdict": interrupt(self.question(state))}
