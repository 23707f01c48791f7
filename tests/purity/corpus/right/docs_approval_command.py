from typing import Literal
from langgraph.types import interrupt, Command

def human_approval(state) -> Command[Literal["a", "b"]]:
    is_approved = interrupt({"question": "Is this correct?", "llm_output": state["llm_output"]})
    if is_approved:
        return Command(goto="a")
    return Command(goto="b")
