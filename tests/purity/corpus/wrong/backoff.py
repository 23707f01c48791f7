import backoff
from langgraph.types import interrupt


@backoff.on_exception(backoff.expo, Exception, max_tries=3)  # expect: PC303
async def node(state):
    return {"answer": interrupt("Go on?")}
