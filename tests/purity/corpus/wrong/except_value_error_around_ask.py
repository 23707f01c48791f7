import plancraft as pc


def node(state):
    try:
        answer = pc.ask(pc.ConfirmInterruptPayload(question="Go on?"))
    except ValueError:  # expect: PC301
        return {"ok": False}
    return {"ok": answer.confirmed}
