"""Adapters behind the store port: memory, SQL (SQLite, PostgreSQL), Redis."""

from plancraft.stores.memory import MemoryStore
from plancraft.stores.urls import open_store

__all__ = ["MemoryStore", "open_store"]
