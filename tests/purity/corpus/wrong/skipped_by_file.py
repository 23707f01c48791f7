from pathlib import Path

from langgraph.types import interrupt


def node(state):
    if not Path("approved.flag").exists():  # expect: PC403
        answer = interrupt("Approve?")
    else:
        answer = "yes"
    return {"answer": answer}
