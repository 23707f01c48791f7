import numpy as np
from langgraph.types import interrupt


def node(state):
    rng = np.random.default_rng(state["seed"])
    sample = rng.choice(state["rows"], 3).tolist()
    return {"checked": interrupt({"check": sample})}
