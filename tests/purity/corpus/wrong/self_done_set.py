from langgraph.types import interrupt


class N:
    def __init__(self):
        self.done = set()
    def __call__(self, state):
        if state["id"] in self.done:  # expect: PC403
            return {}
        a = interrupt("q")
        self.done.add(state["id"])
        return {"a": a}
