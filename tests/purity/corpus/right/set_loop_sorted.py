from langgraph.types import interrupt


def node(state):
    lines = []
    for tag in sorted(set(state["tags"]), key=lambda t: (t.casefold(), t)):
        lines.append(f"- {tag}")
    return {"a": interrupt("\n".join(lines))}
