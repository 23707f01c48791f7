from langgraph.types import interrupt


class Budget:
    LIMIT = 500
    CURRENCY = "EUR"

    def __call__(self, state):
        if state["cost"] <= self.LIMIT:
            return {"granted": True}
        over = state["cost"] - type(self).LIMIT
        return {"granted": interrupt(f"{over} {Budget.CURRENCY} over. Grant?")}
