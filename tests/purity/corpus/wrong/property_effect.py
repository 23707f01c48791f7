from langgraph.types import interrupt
import requests


class C:
    @property
    def rate(self):
        return requests.get("http://x").json()
    def node(self, state):
        r = self.rate  # expect: PC101
        return {"a": interrupt({"rate": r})}
