from langgraph.types import interrupt

ACTIONS = {"mail": lambda s: send_mail(s), "none": lambda s: None}

def node(state):
    choice = interrupt({"choose": list(ACTIONS)})
    ACTIONS[choice](state)
    return {}
