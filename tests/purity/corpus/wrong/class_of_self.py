from langgraph.types import interrupt


class N:
    asked = 0
    def __call__(self, state):
        N.asked += 1  # expect: PC101
        type(self).asked = 2  # expect: PC101
        return {"a": interrupt("q")}
