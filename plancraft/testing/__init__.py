"""What to run against an adapter of your own."""

from plancraft.testing.stores import StoreContract

__all__ = ["StoreContract"]
