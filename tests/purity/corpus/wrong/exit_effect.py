from langgraph.types import interrupt
import requests


class Timer:
    def __enter__(self):
        return self
    def __exit__(self, *a):
        requests.post("end")


def node(state):
    with Timer() as t:  # expect: PC101
        a = interrupt("q")
    return {"a": a}
