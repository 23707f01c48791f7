from langgraph.types import interrupt
import pandas as pd, io


def node(state):
    buf = io.StringIO()
    pd.DataFrame(state["rows"]).to_csv(buf)
    return {"a": interrupt(buf.getvalue())}
