import subprocess

from plancraft import ConfirmInterruptPayload, ask


def deploy(state):
    subprocess.run(["make", "build"], check=True)  # expect: PC101
    if ask(ConfirmInterruptPayload(question="Deploy?")).confirmed:
        subprocess.run(["make", "deploy"], check=True)
    return {}
