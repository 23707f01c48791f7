import time
from langgraph.types import interrupt

class Ask:
    def __init__(self, text):
        self.text = text
        self.at = time.strftime("%H:%M")  # expect: PC201

    def to_dict(self):
        return {"text": self.text, "at": self.at}

def node(state):
    return {"a": interrupt(Ask(state["q"]).to_dict())}
