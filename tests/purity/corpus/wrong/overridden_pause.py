from langgraph.types import interrupt


class Base:
    def __call__(self, state):
        self.log_asked(state)  # expect: PC101
        return {"a": self.ask(state)}


class Child(Base):
    def ask(self, state):
        return interrupt("q")
    def log_asked(self, state):
        open("x", "a").write("x")
