import logging

from langgraph.types import interrupt


def node(state):
    try:
        return {"answer": interrupt("Go on?")}
    except:  # expect: PC301
        logging.exception("failed")
        return {"answer": None}
