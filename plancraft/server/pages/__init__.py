"""The reviewer's pages, at `/hitl`: what is asked, by whom, until when, and the buttons for it.

Everything is rendered here; the scripts in `static/` only fetch, swap and count. Without them a
single decision works all the same, on `/hitl/requests/{id}`.
"""

from plancraft.server.pages import forms, messages, routes
from plancraft.server.pages.framing import error_page, frame, own_path, wants_page

__all__ = ["ROUTERS", "error_page", "frame", "own_path", "wants_page"]

ROUTERS = (routes.router, forms.router, messages.router)
