from langgraph.types import interrupt

def node(state, *, store):
    prefs = store.get(("users", state["user"]), "prefs")
    return {"a": interrupt({"theme": prefs.value["theme"]})}
