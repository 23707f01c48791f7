from langgraph.types import interrupt


def outline(section, depth=0):
    lines = ["  " * depth + section["title"]]
    for part in section.get("parts", []):
        lines.extend(outline(part, depth + 1))
    return lines


def node(state):
    return {"ok": interrupt("\n".join(outline(state["plan"])))}
