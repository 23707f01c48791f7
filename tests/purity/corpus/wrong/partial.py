from functools import partial
from langgraph.types import interrupt

def ask(question, state):
    write_audit(state)  # expect: PC101
    return {"ok": interrupt(question)}

node = partial(ask, "Sure?")
