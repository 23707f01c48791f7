from collections import Counter, defaultdict, deque
from itertools import groupby, chain
from langgraph.types import interrupt

def node(state):
    groups = defaultdict(list)
    for item in state["items"]:
        groups[item["kind"]].append(item["name"])
    c = Counter(i["kind"] for i in state["items"])
    c.update(["x"])
    q = deque(maxlen=3)
    q.append(1)
    return {"ok": interrupt({"groups": dict(groups), "counts": dict(c), "q": list(q)})}
