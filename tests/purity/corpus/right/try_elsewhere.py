import json

from plancraft import ConfirmInterruptPayload, ask


def node(state):
    try:
        draft = json.loads(state["draft"])
    except Exception:
        draft = {}
    answer = ask(ConfirmInterruptPayload(question="Go on?", data=draft))
    return {"ok": answer.confirmed}
