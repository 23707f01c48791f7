import contextlib

from langgraph.types import interrupt


def node(state):
    answer = interrupt("Remove it?")
    with contextlib.suppress(Exception):
        remove_file(answer)
    return {}
