import tempfile
from langgraph.types import interrupt

def node(state):
    with tempfile.NamedTemporaryFile("w") as tmp:  # expect: PC101
        tmp.write(state["x"])  # expect: PC101
        return {"ok": interrupt(tmp.name)}
