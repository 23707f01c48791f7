from langgraph.types import interrupt


def node(state):
    if state["kind"] == "mail":
        answer = interrupt({"ask": "mail"})
    else:
        answer = interrupt({"ask": "post"})
    return {"answer": answer}
