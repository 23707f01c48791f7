from datetime import date, timedelta
from decimal import Decimal
from langgraph.types import interrupt

def node(state):
    start = date.fromisoformat(state["start"])
    days = [(start + timedelta(days=i)).isoformat() for i in range(3)]
    total = sum(Decimal(x) for x in state["prices"])
    return {"a": interrupt({"days": days, "total": str(total)})}
