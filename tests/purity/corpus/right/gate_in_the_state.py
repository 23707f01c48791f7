from langgraph.types import interrupt


class Gate:
    def __init__(self, question):
        self.question = question

    def __call__(self, state):
        if state.get("passed"):
            return {}
        return {"passed": interrupt(self.question) == "yes"}
