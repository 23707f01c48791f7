from concurrent.futures import ThreadPoolExecutor

from langgraph.types import interrupt


def upload_all(state):
    chosen = interrupt({"upload": state["files"]})
    with ThreadPoolExecutor() as pool:
        futures = {name: pool.submit(upload, name) for name in chosen}
    return {"failed": [name for name, f in futures.items() if f.exception()]}
