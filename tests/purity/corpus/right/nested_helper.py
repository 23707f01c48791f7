from langgraph.types import interrupt


def node(state):
    parts = []

    def add(text):
        parts.append(text)

    add(state["title"])
    add(state["body"])
    return {"answer": interrupt("\n".join(parts))}
