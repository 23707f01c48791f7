import hashlib
import uuid

from langgraph.types import interrupt


def node(state):
    key = hashlib.sha256(state["draft"].encode()).hexdigest()
    name = uuid.uuid5(uuid.NAMESPACE_URL, state["url"])
    return {"answer": interrupt({"key": key, "id": str(name)})}
