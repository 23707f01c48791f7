import logging
from langgraph.types import interrupt

def node(state):
    try:
        n = int(state["n"])
    except (TypeError, ValueError):
        logging.warning("no number")
        n = 0
    except Exception:
        n = -1
    else:
        n += 1
    return {"a": interrupt({"n": n})}
