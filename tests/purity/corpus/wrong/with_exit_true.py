from langgraph.types import interrupt

class Quiet:
    def __enter__(self):
        return self
    def __exit__(self, *exc):
        return True

def node(state):
    with Quiet():  # expect: PC301
        return {"ok": interrupt("?")}
    return {}
