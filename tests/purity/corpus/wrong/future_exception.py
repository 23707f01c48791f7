from langgraph.types import interrupt
from concurrent.futures import ThreadPoolExecutor


def one(q):
    return interrupt(q)


def node(state):
    with ThreadPoolExecutor() as ex:
        f = ex.submit(one, "q")
        if f.exception():  # expect: PC302
            return {}
        return {"a": f.result()}
