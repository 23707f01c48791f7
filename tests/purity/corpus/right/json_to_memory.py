from langgraph.types import interrupt
import io, csv, json


def node(state):
    buf = io.StringIO()
    w = csv.writer(buf)
    w.writerow(["a"])
    buf.write("x")
    json.dump(state["x"], buf)
    b = io.BytesIO()
    b.write(b"1")
    return {"a": interrupt(buf.getvalue())}
