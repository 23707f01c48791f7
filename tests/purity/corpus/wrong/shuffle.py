import random
from langgraph.types import interrupt

def node(state):
    options = list(state["options"])
    random.shuffle(options)  # expect: PC201
    return {"a": interrupt(options)}
