import numpy as np
from langgraph.types import interrupt

def node(state):
    sample = np.random.choice(state["rows"], 3).tolist()  # expect: PC201
    return {"a": interrupt(sample)}
