"""Puts the parts together: where requests live unless somebody says otherwise, and the manager."""

from plancraft.app.defaults import default_store, hitl_manager

__all__ = ["default_store", "hitl_manager"]
