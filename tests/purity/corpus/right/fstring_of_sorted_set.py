from langgraph.types import interrupt


def node(state):
    missing = {"name", "mail", "phone"} - set(state["have"])
    if not missing:
        return {}
    return {"a": interrupt(f"Missing: {', '.join(sorted(missing))}")}
