from langgraph.types import interrupt
import uuid
from pydantic import BaseModel


class Q(BaseModel):
    text: str
    id: str = ""
    def model_post_init(self, ctx):
        self.id = uuid.uuid4().hex  # expect: PC201


def node(state):
    return {"a": interrupt(Q(text="x").model_dump())}
