import uuid
from langgraph.types import interrupt

def make(question, request_id=None):
    return {"id": request_id or str(uuid.uuid4()), "q": question}  # expect: PC201

def node(state):
    return {"a": interrupt(make(state["q"]))}
