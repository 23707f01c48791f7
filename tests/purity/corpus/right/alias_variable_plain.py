import plancraft

pause = plancraft.ask
Confirm = plancraft.ConfirmInterruptPayload


def node(state):
    return {"ok": pause(Confirm(question=f"Close ticket {state['ticket_id']}?")).confirmed}
