import logging
import time

from langgraph.types import interrupt


class Timer:
    def __enter__(self):
        self.start = time.perf_counter()
        return self

    def __exit__(self, *exc):
        logging.debug("took %.3f s", time.perf_counter() - self.start)
        return False


def node(state):
    with Timer():
        rows = [row for row in state["rows"] if row["changed"]]
    return {"rows": interrupt({"rows": rows})}
