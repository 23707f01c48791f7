from langgraph.types import interrupt
import functools


def safe(fn):
    @functools.wraps(fn)
    def w(*args, **kwargs):
        try:
            return fn(*args, **kwargs)
        except Exception:  # expect: PC301
            return {}
    return w


class N:
    @safe
    def node(self, state):
        return {"a": interrupt("q")}
