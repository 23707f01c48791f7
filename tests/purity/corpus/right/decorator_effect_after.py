import functools

import requests
from langgraph.types import interrupt


def audited(fn):
    @functools.wraps(fn)
    def wrapper(state):
        update = fn(state)
        requests.post("https://audit.example.com", json={"node": fn.__name__})
        return update

    return wrapper


@audited
def node(state):
    return {"answer": interrupt("Go on?")}
