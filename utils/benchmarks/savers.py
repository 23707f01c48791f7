"""Checkpointers for measuring how threads are read."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from langgraph.checkpoint.sqlite import SqliteSaver

__all__ = ["saver_to_read_from"]


@contextmanager
def saver_to_read_from() -> Iterator[SqliteSaver]:
    """A saver on a file that is gone afterwards; made fast to fill, read as any other."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        connection = sqlite3.connect(Path(folder) / "threads.db", check_same_thread=False)
        try:
            connection.execute("PRAGMA synchronous=OFF")
            yield SqliteSaver(connection)
        finally:
            connection.close()
