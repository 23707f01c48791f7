from langgraph.types import interrupt


def node(state):
    answers = interrupt({"questions": [{"id": q["id"], "text": q["text"]} for q in state["open"]]})
    return {"answers": {q["id"]: answers.get(q["id"]) for q in state["open"]}}
