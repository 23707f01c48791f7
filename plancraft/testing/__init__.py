"""What to run against an adapter or a graph of your own."""

from importlib import import_module
from typing import Any

__all__ = ["Checked", "ImpurePause", "StoreContract", "assert_pure"]

_HOMES = {
    "Checked": "purity",
    "ImpurePause": "purity",
    "StoreContract": "stores",
    "assert_pure": "purity",
}


def __getattr__(name: str) -> Any:
    # The pytest plugin lives in this package and is imported by every run of pytest.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
