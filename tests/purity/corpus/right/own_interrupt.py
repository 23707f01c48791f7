import requests


def interrupt(reason):
    return reason.upper()


def node(state):
    requests.post("https://example.com")
    return {"x": interrupt("not a pause")}
