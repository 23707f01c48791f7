import json
from langgraph.types import interrupt

def node(state):
    f = open("x.json", "w")  # expect: PC101
    json.dump(state, f)  # expect: PC101
    return interrupt("x")
