import json
import re
import textwrap

from langgraph.types import interrupt


def node(state):
    text = re.sub(r"\s+", " ", state["text"])
    found = re.compile("a").search(text)
    body = textwrap.shorten(text, 80)
    return {"answer": interrupt(json.dumps({"body": body, "found": bool(found)}))}
