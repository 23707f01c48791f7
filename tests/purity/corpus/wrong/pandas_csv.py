import pandas as pd
from langgraph.types import interrupt

def node(state):
    df = pd.DataFrame(state["rows"])
    df.to_csv("rows.csv")  # expect: PC101
    return {"ok": interrupt("Import?")}
