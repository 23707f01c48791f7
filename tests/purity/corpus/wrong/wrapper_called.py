from langgraph.types import interrupt


def safe(fn):
    def w(state):
        try:
            return fn(state)
        except Exception as e:  # expect: PC301
            return {"error": str(e)}
    return w


def node(state):
    return {"a": interrupt("q")}
safe_node = safe(node)
