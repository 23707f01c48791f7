"""Approvals over HTTP and WebSocket. Every handler is thin: read, ask who, call the desk, show."""

from plancraft.server.app import create_app
from plancraft.server.feed import ConnectionManager

__all__ = ["ConnectionManager", "create_app"]
