import requests
from langgraph.types import interrupt


def node(state):
    requests.head("https://example.com/health")  # noqa: PC101
    return {"answer": interrupt("Go on?")}
