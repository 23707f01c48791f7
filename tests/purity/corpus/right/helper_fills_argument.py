from langgraph.types import interrupt


def stamp(payload, token):
    payload["token"] = token
    payload.setdefault("lang", "en")


def node(state):
    payload = {"question": state["question"]}
    stamp(payload, state["token"])
    return {"answer": interrupt(payload)}
