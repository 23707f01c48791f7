from langgraph.types import *

def node(state):
    send_email(state["to"])  # expect: PC101
    return {"ok": interrupt("?")}
