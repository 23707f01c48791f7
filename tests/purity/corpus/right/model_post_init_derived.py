import hashlib

from pydantic import BaseModel
from langgraph.types import interrupt


class Question(BaseModel):
    text: str
    id: str = ""

    def model_post_init(self, context):
        self.id = self.id or hashlib.sha1(self.text.encode()).hexdigest()[:8]


def node(state):
    return {"a": interrupt(Question(text=state["q"]).model_dump())}
