"""Calls to a LangGraph server, with a key or without."""

import httpx

__all__ = ["Caller"]


class Caller(httpx.Client):
    """Calls the server with somebody's key."""

    def __init__(self, url: str, key: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        super().__init__(base_url=url, headers=headers, timeout=60)

    def new_thread(self) -> str:
        """The id of a new thread."""
        made = self.post("/threads", json={})
        assert made.status_code == 200, made.text
        return str(made.json()["thread_id"])

    def run(self, thread: str, graph: str = "agent", **named: object) -> httpx.Response:
        """What a run gives in the end."""
        return self.post(f"/threads/{thread}/runs/wait", json={"assistant_id": graph, **named})
