from langgraph.types import interrupt
import time


class C:
    @property
    def now(self):
        return time.time()  # expect: PC201
    def node(self, state):
        return {"a": interrupt({"at": self.now})}
