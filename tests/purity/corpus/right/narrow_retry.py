import requests
from langgraph.types import interrupt
from tenacity import retry, retry_if_exception_type


@retry(retry=retry_if_exception_type(ConnectionError))
def node(state):
    answer = interrupt("Send?")
    requests.post("https://example.com", json={"answer": answer})
    return {"answer": answer}
