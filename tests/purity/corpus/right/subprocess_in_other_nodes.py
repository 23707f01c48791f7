import subprocess

from plancraft import ConfirmInterruptPayload, ask


def build(state):
    done = subprocess.run(["make", "build"], capture_output=True, text=True)
    return {"log": done.stdout}


def confirm(state):
    payload = ConfirmInterruptPayload(question="Deploy?", data={"log": state["log"]})
    return {"deploy": ask(payload).confirmed}
