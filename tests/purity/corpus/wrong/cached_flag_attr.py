from langgraph.types import interrupt

class Gate:
    def __init__(self):
        self.passed = False

    def __call__(self, state):
        if self.passed:  # expect: PC403
            return {}
        answer = interrupt("May I?")
        self.passed = True
        return {"answer": answer}
