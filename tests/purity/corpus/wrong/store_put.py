from langgraph.store.base import BaseStore
from langgraph.types import interrupt


def node(state, *, store: BaseStore):
    store.put(("asked",), state["id"], {"asked": True})  # expect: PC101
    return {"answer": interrupt("Go on?")}
