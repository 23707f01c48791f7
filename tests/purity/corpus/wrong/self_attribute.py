from langgraph.types import interrupt


class Reviewer:
    def __init__(self):
        self.seen = 0

    def __call__(self, state):
        self.seen += 1  # expect: PC101
        return {"answer": interrupt(state["draft"])}
