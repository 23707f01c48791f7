from langgraph.types import interrupt

def make():
    calls = []
    def node(state):
        calls.append(state)  # expect: PC101
        return {"ok": interrupt("?")}
    return node
