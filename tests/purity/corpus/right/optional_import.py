try:
    import orjson as json
except ImportError:
    import json

from langgraph.types import interrupt


def node(state):
    items = json.loads(state["items_json"])
    return {"picked": interrupt({"pick": [item["title"] for item in items]})}
