from langgraph.types import interrupt


class N:
    def __init__(self):
        self.done = []
    def __call__(self, state):
        if self.done:  # expect: PC403
            return {}
        a = interrupt("q")
        self.done.append(1)
        return {"a": a}
