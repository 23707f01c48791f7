from langgraph.types import interrupt

def node(state):
    ok = interrupt("Approve?")
    if ok == "edit":
        text = interrupt("New text?")  # expect: PC402
        return {"text": text}
    return {"ok": ok}
