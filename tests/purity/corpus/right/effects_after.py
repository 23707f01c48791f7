import requests
from langgraph.types import interrupt


def node(state):
    answer = interrupt({"question": "Send?", "draft": state["draft"]})
    if answer == "yes":
        requests.post("https://example.com", json=state["draft"])
        save_to_database(state)
    return {"answer": answer}
