from langgraph.types import interrupt
import functools


def safe(fn):
    def w(state):
        try:
            return fn(state)
        except Exception as e:  # expect: PC301
            return {"error": str(e)}
    return functools.wraps(fn)(w)


@safe
def node(state):
    return {"a": interrupt("q")}
