import shutil, os
from langgraph.types import interrupt

def node(state):
    os.makedirs("backup", exist_ok=True)  # expect: PC101
    shutil.copytree("data", "backup/data")  # expect: PC101
    return {"ok": interrupt("Delete?")}
