from langgraph.types import interrupt
import operator


def node(state):
    setattr(state, "x", 1)  # expect: PC501
    operator.setitem(state, "x", 1)  # expect: PC501
    list.append(state["l"], 1)  # expect: PC501
    return {"a": interrupt("q")}
