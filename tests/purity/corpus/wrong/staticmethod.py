from langgraph.types import interrupt

class Node:
    @staticmethod
    def tell(state):
        requests.post("x", json=state)

    async def run(self, state):
        Node.tell(state)  # expect: PC101
        return {"ok": interrupt("?")}
