from langgraph.types import interrupt


def g():
    x = yield 1
    yield x


def node(state):
    it = g()
    next(it)
    v = it.send(2)
    return {"a": interrupt({"v": v})}
