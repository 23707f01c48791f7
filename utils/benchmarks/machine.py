"""What the measurements ran on."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

__all__ = ["described_machine"]

_PACKAGES = ("langgraph", "langgraph-checkpoint-sqlite", "pydantic", "sqlalchemy", "aiosqlite")


def described_machine() -> list[str]:
    """Processor, system, Python and packages, a line each."""
    import sqlite3

    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return [
        f"{_processor()}, {os.cpu_count()} cores; {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}; {packages}",
    ]


def _processor() -> str:
    """The model as Linux has it, elsewhere the architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.machine())
