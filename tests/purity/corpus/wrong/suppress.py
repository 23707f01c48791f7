from contextlib import suppress

from langgraph.types import interrupt


def node(state):
    answer = None
    with suppress(Exception):  # expect: PC301
        answer = interrupt("Go on?")
    return {"answer": answer}
