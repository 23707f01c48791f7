"""Adapters behind the store port: memory, and SQL (SQLite)."""

from plancraft.stores.memory import MemoryStore
from plancraft.stores.urls import open_store

__all__ = ["MemoryStore", "open_store"]
