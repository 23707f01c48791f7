try:
    from langgraph.types import interrupt
except ImportError:
    interrupt = None
import requests


def node(state):
    requests.post("x")  # expect: PC101
    return {"a": interrupt("q")}
