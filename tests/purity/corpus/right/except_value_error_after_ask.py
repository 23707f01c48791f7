import plancraft as pc


def node(state):
    answer = pc.ask(pc.FormInterruptPayload(question="How many?", form=state["form"]))
    try:
        return {"count": int(answer.values["count"])}
    except (KeyError, ValueError):
        return {"count": 0}
