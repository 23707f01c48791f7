import csv
import io

from langgraph.types import interrupt


def node(state):
    buffer = io.StringIO()
    buffer.write("name\n")
    csv.writer(buffer).writerow(state["row"])
    return {"answer": interrupt(buffer.getvalue())}
