from dataclasses import dataclass, field, asdict
from datetime import datetime
from langgraph.types import interrupt

@dataclass
class Ask:
    text: str
    at: datetime = field(default_factory=datetime.utcnow)  # expect: PC201

def node(state):
    return {"a": interrupt(asdict(Ask(state["q"])))}
