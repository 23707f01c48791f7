from langgraph.types import interrupt
import pandas as pd


def node(state):
    df = pd.DataFrame(state["rows"])
    df["z"] = 1
    df = df.drop(columns=["q"]).sort_values("z").reset_index()
    t = df.to_csv(index=False); m = df.to_markdown(); d = df.to_dict("records")
    return {"a": interrupt({"t": t, "m": m, "d": d})}
