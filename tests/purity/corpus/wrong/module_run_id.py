import uuid

from langgraph.types import interrupt

RUN_ID = str(uuid.uuid4())  # expect: PC201


def node(state):
    return {"answer": interrupt({"run": RUN_ID, "q": "Go on?"})}
