from langgraph.types import interrupt


def summary(items):
    return ", ".join(str(item) for item in items)


def ask_user(question, *, options=()):
    return interrupt({"question": question, "options": list(options)})


def node(state):
    return {"answer": ask_user(summary(state["items"]), options=state["options"])}
