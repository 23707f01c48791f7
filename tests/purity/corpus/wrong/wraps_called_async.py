from langgraph.types import interrupt
import functools


def safe(fn):
    async def w(state):
        try:
            return await fn(state)
        except Exception as e:  # expect: PC301
            return {"error": str(e)}
    return functools.wraps(fn)(w)


@safe
async def node(state):
    return {"a": interrupt("q")}
