import ast

from langgraph.types import interrupt


def node(state):
    try:
        value = ast.literal_eval(state["cell"])
    except:
        value = state["cell"]
    return {"value": interrupt({"keep": value})}
