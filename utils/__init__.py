"""Tools for those who work on plancraft; nothing here is part of the package."""
