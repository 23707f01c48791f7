import requests
from langgraph.types import interrupt


class Api:
    def book(self, room):
        return requests.post("https://example.com/rooms", json={"room": room}).json()


class Booking:
    def __init__(self, api: Api):
        self.api = api

    def __call__(self, state):
        room = interrupt({"rooms": state["rooms"]})
        return {"booking": self.api.book(room)}
