from datetime import datetime as dt

from plancraft import ConfirmInterruptPayload, ask


def node(state):
    now = dt.now()  # expect: PC201
    stamp = now.isoformat()
    text = f"Approve? (asked {stamp})"
    return {"ok": ask(ConfirmInterruptPayload(question=text)).confirmed}
