from contextlib import suppress

from langgraph.types import interrupt


def node(state):
    title = "?"
    with suppress(KeyError, IndexError):
        title = state["items"][0]["title"]
    return {"answer": interrupt(title)}
