from langchain_core.runnables import RunnableConfig
from langgraph.types import interrupt

REQUIRE_APPROVAL = True
LIMITS = {"small": 10, "large": 100}


def node(state, config: RunnableConfig):
    limit = LIMITS[state["size"]]
    if not REQUIRE_APPROVAL or state["amount"] < limit:
        return {"approved": True}
    user = config["configurable"].get("user", "someone")
    return {"approved": interrupt({"amount": state["amount"], "for": user})}
