import logging

import structlog
from langgraph.types import interrupt

logger = logging.getLogger(__name__)
log = structlog.get_logger()


def node(state):
    logger.info("asking about %s", state["id"])
    log.info("asking", id=state["id"])
    print("asking")
    return {"answer": interrupt("Go on?")}
