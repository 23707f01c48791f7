from langgraph.types import interrupt
import config


def node(state):
    config.LAST = state["id"]  # expect: PC101
    setattr(config, "X", 1)  # expect: PC101
    return {"a": interrupt("q")}
