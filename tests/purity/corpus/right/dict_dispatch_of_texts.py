from langgraph.types import interrupt


def as_list(items):
    return "\n".join(f"- {i}" for i in items)


def as_line(items):
    return ", ".join(items)


SHOW = {"list": as_list, "line": as_line}


def node(state):
    return {"ok": interrupt({"show": SHOW[state["style"]](state["items"])})}
