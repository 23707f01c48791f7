from langgraph.types import interrupt
import uuid

pause = interrupt
new_id = uuid.uuid4

def node(state):
    return {"ok": pause({"id": str(new_id())})}  # expect: PC201
