from langgraph.types import interrupt


class Proposer:
    def __init__(self, chain):
        self.chain = chain

    async def propose(self, state):
        return {"draft": await self.chain.ainvoke({"topic": state["topic"]})}

    async def review(self, state):
        return {"answer": interrupt(state["draft"])}

    def add_to(self, builder):
        builder.add_node("propose", self.propose)
        builder.add_node("review", self.review)
