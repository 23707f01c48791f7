from dataclasses import dataclass, replace
from langgraph.types import interrupt

@dataclass
class S:
    a: str = ""
    n: int = 0

def node(state: S):
    shown = replace(state, n=state.n + 1)
    return {"a": interrupt({"a": shown.a, "n": shown.n})}
