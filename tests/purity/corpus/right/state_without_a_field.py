from langgraph.types import interrupt


def node(state):
    shown = {key: value for key, value in state.items() if key not in ("secret", "draft")}
    shown.pop("internal", None)
    return {"ok": interrupt(shown)}
