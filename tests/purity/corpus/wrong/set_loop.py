from langgraph.types import interrupt

def node(state):
    lines = []
    for tag in set(state["tags"]):  # expect: PC202
        lines.append(f"- {tag}")
    return {"a": interrupt("\n".join(lines))}
