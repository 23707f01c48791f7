import logging
import time

from langgraph.types import interrupt


def node(state):
    started = time.perf_counter()
    text = state["draft"].strip()
    logging.debug("built in %s s", time.perf_counter() - started)
    return {"answer": interrupt(text)}
