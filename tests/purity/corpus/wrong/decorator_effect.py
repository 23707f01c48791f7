import functools

import requests
from langgraph.types import interrupt


def audited(fn):
    @functools.wraps(fn)
    def wrapper(state):
        requests.post("https://audit.example.com", json={"node": fn.__name__})  # expect: PC101
        return fn(state)

    return wrapper


@audited
def node(state):
    return {"answer": interrupt("Go on?")}
