from langgraph.types import interrupt

def fetch_field(state, name):
    return state[name]

def record_summary(record):
    return f"{record['a']} / {record['b']}"

def node(state):
    return {"ok": interrupt({"f": fetch_field(state, "x"), "s": record_summary(state["r"])})}
