"""`make langgraph-dev`: the graphs on LangGraph's own dev server, without key or network.

The dev server takes another port when the one it was given is busy, and says so in a line among
many. Here a busy port is refused. What it keeps is in `.langgraph_api/`, in the folder it runs in.
"""

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = [
    "OFFLINE",
    "ROOT",
    "Busy",
    "command",
    "dev_server",
    "main",
    "port_to_take",
    "settle",
    "wait_until_ready",
]

ROOT = Path(__file__).parents[1]
HOST = "127.0.0.1"
OPEN, SECURED = "langgraph.json", "langgraph.secured.json"
OFFLINE: Mapping[str, str] = {
    "LANGGRAPH_CLI_NO_ANALYTICS": "1",
    "LANGGRAPH_NO_VERSION_CHECK": "true",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
}
"""What keeps the server from calling anybody."""
_READY_SECONDS = 90.0
_STOP_SECONDS = 20.0


class Busy(Exception):
    """Somebody listens at the port already."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} is busy; choose another with PORT=…, or PORT=0 for any")


def port_to_take(port: int) -> int:
    """The port itself when it is free; for 0, any that is.

    Raises:
        Busy: somebody listens there.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            raise Busy(port) from None
        taken: int = listener.getsockname()[1]
        return taken


def command(config: Path, port: int, *options: str, hasty: bool = False) -> list[str]:
    """What starts the server: no browser, no reloading. `hasty`: see `utils.langgraph_hasty`."""
    plain = ["-c", "from langgraph_cli.cli import cli; cli()"]
    run = [str(Path(__file__).with_name("langgraph_hasty.py"))] if hasty else plain
    given = ["--config", str(config), "--host", HOST, "--port", str(port)]
    return [sys.executable, *run, "dev", "--no-browser", "--no-reload", *given, *options]


def settle(config: Path, folder: Path) -> Path:
    """A copy of the config that works in another folder, where the server then keeps its state."""
    settings: dict[str, Any] = json.loads(config.read_text(encoding="utf-8"))
    home = config.parent
    settings["dependencies"] = [str((home / one).resolve()) for one in settings["dependencies"]]
    settings["graphs"] = {
        name: str(home / place) if place.startswith("./") else place
        for name, place in settings["graphs"].items()
    }
    settled = folder / "langgraph.json"
    settled.write_text(json.dumps(settings, indent=2), encoding="utf-8")
    return settled


def wait_until_ready(server: "subprocess.Popen[Any]", port: int) -> bool:
    """Whether the server answers at `/ok`; False when it ended, or took too long."""
    deadline = time.monotonic() + _READY_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/ok", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until Ctrl-C or SIGTERM; what it ended with."""
    parser = argparse.ArgumentParser(prog="make langgraph-dev", description=__doc__)
    parser.add_argument("--port", type=int, default=2024, help="0 is any that is free")
    parser.add_argument("--secured", action="store_true", help="with keys, roles and the inbox")
    parser.add_argument("--config", type=Path, help="another langgraph.json")
    parser.add_argument("--hasty", action="store_true", help="look for work all the time")
    parser.add_argument("--folder", type=Path, help="keep the state there, not here")
    named, options = parser.parse_known_args(arguments)
    try:
        port = port_to_take(named.port)
    except Busy as busy:
        print(f"langgraph-dev: {busy}", file=sys.stderr)  # noqa: T201
        return 2
    config = named.config or ROOT / (SECURED if named.secured else OPEN)
    folder: Path = named.folder or ROOT
    if folder != ROOT:
        config = settle(config, folder)
    return _run(command(config, port, *options, hasty=named.hasty), folder, port)


@contextmanager
def dev_server(
    folder: Path,
    *options: str,
    port: int = 0,
    config: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """The address of a server in a process of its own, which is ended afterwards.

    Args:
        folder: Where it keeps its state and its log.
        options: More for it, and for `langgraph dev`.
        port: 0 takes any that is free.
        config: Another `langgraph.json`.
        environment: More variables for it.
    """
    log = folder / "server.log"
    words = ["--port", str(port), "--folder", str(folder), *options]
    if config is not None:
        words += ["--config", str(config)]
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "utils.langgraph_dev", *words],
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env={**os.environ, "NO_COLOR": "1", **(environment or {})},
        )
    try:
        yield _address_of(process, log)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _address_of(process: "subprocess.Popen[bytes]", log: Path) -> str:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if found := re.search(r"is ready at (http\S+)", log.read_text()):
            return found[1]
        assert process.poll() is None, log.read_text()[-4000:]
        time.sleep(0.1)
    raise AssertionError(log.read_text()[-4000:])


def _run(words: Sequence[str], folder: Path, port: int) -> int:
    server = subprocess.Popen(words, cwd=folder, env={**os.environ, **OFFLINE})

    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True
        server.terminate()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    if wait_until_ready(server, port):
        print(f"LangGraph Server is ready at http://{HOST}:{port}", flush=True)  # noqa: T201
    elif server.poll() is None:
        server.terminate()
    try:
        code = server.wait()
        return 0 if stopped else code
    finally:
        _end(server)


def _end(server: "subprocess.Popen[Any]") -> None:
    if server.poll() is not None:
        return
    server.terminate()
    try:
        server.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()


if __name__ == "__main__":
    sys.exit(main())
