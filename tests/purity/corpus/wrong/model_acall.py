from langgraph.types import interrupt


class Proposer:
    def __init__(self, chain):
        self.chain = chain

    async def __call__(self, state):
        draft = await self.chain.ainvoke({"topic": state["topic"]})  # expect: PC101
        return {"answer": interrupt(draft)}
