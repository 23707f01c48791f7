from langchain_core.tools import tool
from langgraph.types import interrupt


@tool
def book_hotel(name: str, nights: int) -> str:
    """Book a hotel."""
    answer = interrupt({"action": "book", "args": {"name": name, "nights": nights}})
    if answer["type"] == "accept":
        return book_room(name, nights)
    return "not booked"
