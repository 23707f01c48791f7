import logging
from plancraft.interrupts import ask

log = logging.getLogger()

def node(state):
    try:
        a = ask(state["payload"])
    except (ValueError, TypeError) as e:  # expect: PC301
        log.error("bad %s", e)
        return {"a": None}
    else:
        return {"a": a}
