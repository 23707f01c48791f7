from plancraft import ConfirmInterruptPayload, ask


class Wizard:
    def confirm(self, text):
        return ask(ConfirmInterruptPayload(question=text)).confirmed

    def run(self, state):
        if self.confirm("First?"):
            return {"both": self.confirm("Second?")}  # expect: PC402
        return {"both": False}
