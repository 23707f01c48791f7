import logging, time
from langgraph.types import interrupt

logger = logging.getLogger(__name__)

def timed(fn):
    def wrapper(state):
        start = time.time()
        try:
            return fn(state)
        finally:
            logger.info("%s took %.2f", fn.__name__, time.time() - start)
    return wrapper

@timed
def node(state):
    return {"a": interrupt(state["q"])}
