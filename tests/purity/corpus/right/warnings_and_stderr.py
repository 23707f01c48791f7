import sys, warnings
from langgraph.types import interrupt

def node(state):
    warnings.warn("asking")
    sys.stderr.write("asking\n")
    print("asking", file=sys.stderr)
    return {"a": interrupt(state["q"])}
