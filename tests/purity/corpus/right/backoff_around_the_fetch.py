import backoff
import requests
from langgraph.types import interrupt


@backoff.on_exception(backoff.expo, requests.RequestException, max_tries=3)
def load_offer(state):
    return {"offer": requests.get(state["url"], timeout=5).json()}


def accept_offer(state):
    return {"accepted": interrupt({"offer": state["offer"]})}
