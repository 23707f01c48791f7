from urllib.request import urlopen
from langgraph.types import interrupt

def check(state):
    with urlopen(state["url"]) as response:  # expect: PC101
        body = response.read()
    return {"ok": interrupt({"body": body.decode()})}
