from langgraph.types import interrupt


def node(state):
    answer = None
    for item in state["items"]:
        if item["open"]:
            answer = interrupt(item["question"])
            break
    return {"answer": answer}
