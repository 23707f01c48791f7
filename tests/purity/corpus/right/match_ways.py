import plancraft as pc


def node(state):
    match state["kind"]:
        case "confirm":
            return {"ok": pc.ask(pc.ConfirmInterruptPayload(question="Sure?")).confirmed}
        case "option":
            payload = pc.OptionInterruptPayload(question="Which?", options=state["options"])
            return {"chosen": pc.ask(payload).selected}
        case _:
            return {}
