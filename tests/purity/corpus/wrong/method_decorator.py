from langgraph.types import interrupt


def safe(fn):
    def w(self, state):
        try:
            return fn(self, state)
        except Exception:  # expect: PC301
            return {}
    return w


class N:
    @safe
    def node(self, state):
        return {"a": interrupt("q")}
