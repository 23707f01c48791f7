from langgraph.types import interrupt


def node(state):
    rows = []
    for i in state["items"]:
        row = {"k": i["k"]}
        row["v"] = i["v"]
        row.update(z=1)
        rows.append(row)
    rows[-1]["last"] = True
    rows.sort(key=lambda r: r["k"])
    return {"a": interrupt(rows)}
