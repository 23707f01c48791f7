from langgraph.types import interrupt

def node(state):
    text = state["text"].replace("a", "b").strip().format(x=1)
    parts = text.split(",")
    parts.insert(0, "first")
    counts = {}
    for p in parts:
        counts.setdefault(p, 0)
        counts[p] += 1
    top = sorted(counts.items(), key=lambda kv: -kv[1])[:3]
    return {"ok": interrupt({"parts": parts, "top": top})}
