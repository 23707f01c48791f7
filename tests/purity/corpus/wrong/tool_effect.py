from langchain_core.tools import tool
from langgraph.types import interrupt
import stripe


@tool
def pay(amount: int) -> str:
    """Pay."""
    charge = stripe.Charge.create(amount=amount)  # expect: PC101
    if interrupt({"amount": amount}) == "yes":
        return charge.id
    return "no"
