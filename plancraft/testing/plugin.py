"""The pytest fixture of plancraft. What it needs is imported when it is used."""

from collections.abc import Callable
from typing import Any

import pytest

__all__ = ["assert_pure"]


@pytest.fixture
def assert_pure() -> Callable[..., Any]:
    """`plancraft.testing.assert_pure`: drive a graph and replay each of its pauses."""
    from plancraft.testing.purity import assert_pure as check

    return check
