from langgraph.types import interrupt

def node(state):
    options = [{"id": str(i), "title": t} for i, t in enumerate(state["titles"], 1)]
    options.append({"id": "other", "title": "Other"})
    return {"a": interrupt({"options": options})}
