from langgraph.types import interrupt
import itertools
_c = itertools.count()


def node(state):
    n = next(_c)  # expect: PC101
    return {"a": interrupt({"n": n})}
