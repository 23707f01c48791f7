from langgraph.types import interrupt

class Base:
    def record(self, state):
        with open("log", "a") as f:
            f.write(str(state))

class Node(Base):
    def run(self, state):
        self.record(state)  # expect: PC101
        return {"ok": interrupt("?")}
