from langgraph.types import interrupt


def node(state):
    lines = []
    for section in state["sections"]:
        lines.append(section["title"])
    payload = {"lines": lines}
    payload["count"] = len(lines)
    payload.update(kind="review")
    return {"answer": interrupt(payload)}
