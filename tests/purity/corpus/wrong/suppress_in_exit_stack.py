from langgraph.types import interrupt
from contextlib import ExitStack, suppress


def node(state):
    a = None
    with ExitStack() as stack:
        stack.enter_context(suppress(Exception))  # expect: PC301
        a = interrupt("q")
    return {"a": a}
