from langgraph.types import interrupt


class Desk:
    def __init__(self, team, languages):
        self._team = team
        self._languages = languages

    @property
    def heading(self):
        return f"{self._team} ({', '.join(self._languages)})"

    def node(self, state):
        return {"a": interrupt({"for": self.heading, "case": state["case"]})}
