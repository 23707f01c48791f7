import logging

from langgraph.types import interrupt


def node(state):
    try:
        return {"answer": interrupt("Go on?")}
    except Exception as error:
        logging.warning("left the node: %s", type(error))
        raise
