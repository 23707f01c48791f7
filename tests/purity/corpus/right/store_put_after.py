from langgraph.store.base import BaseStore
from langgraph.types import interrupt


def node(state, *, store: BaseStore):
    theme = interrupt({"themes": ["dark", "light"]})
    store.put(("users", state["user"]), "theme", {"value": theme})
    return {"theme": theme}
