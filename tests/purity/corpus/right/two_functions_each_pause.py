from plancraft import ConfirmInterruptPayload, ask

def first(state):
    return {"a": ask(ConfirmInterruptPayload(question="1?")).confirmed}

def second(state):
    return {"b": ask(ConfirmInterruptPayload(question="2?")).confirmed}
