import plancraft as pc


def node(state):
    answers = []
    for item in state["items"]:
        answers.append(pc.ask(pc.ConfirmInterruptPayload(question=item)).confirmed)  # expect: PC401
    return {"answers": answers}
