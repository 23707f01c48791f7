from langgraph.types import interrupt

def node(state):
    amount = state["amount"]
    match amount:
        case 0:
            return {"ok": True}
        case n if n < 0:
            title = "Refund"
        case _:
            title = "Payment"
    return {"ok": interrupt({"title": title, "amount": amount})}
