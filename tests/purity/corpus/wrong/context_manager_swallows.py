from contextlib import contextmanager

from langgraph.types import interrupt


@contextmanager
def quietly():
    try:
        yield
    except Exception:
        pass


def node(state):
    answer = None
    with quietly():  # expect: PC301
        answer = interrupt("Go on?")
    return {"answer": answer}
