import httpx
from langgraph.types import interrupt


def node(state):
    answer = interrupt("Send?")
    try:
        httpx.post("https://example.com", json={"answer": answer})
    except Exception:
        return {"sent": False}
    return {"sent": True}
