import requests
from langgraph.func import entrypoint, task
from langgraph.types import interrupt


@task
def fetch_page(url):
    return requests.get(url).text


@entrypoint()
def workflow(url):
    page = fetch_page(url).result()
    return interrupt({"page": page})
