from langgraph.types import interrupt


class Audit:
    def __enter__(self):
        return self
    def __exit__(self, *exc):
        open("audit", "a").write("x")


def node(state):
    with Audit():  # expect: PC101
        return {"a": interrupt("q")}
