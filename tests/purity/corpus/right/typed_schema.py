from typing import TypedDict
from langgraph.types import interrupt

class Answer(TypedDict):
    ok: bool

def node(state):
    answer = interrupt("?", response_schema=Answer)
    state_update = {"ok": answer["ok"]}
    state_update["done"] = True
    return state_update
