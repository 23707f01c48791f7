from pydantic import BaseModel, Field

from langgraph.types import interrupt


class Question(BaseModel):
    text: str
    options: list[str] = Field(default_factory=list)

    @classmethod
    def create(cls, state):
        return cls(text=state["text"], options=state["options"])


def node(state):
    return {"answer": interrupt(Question.create(state).model_dump())}
