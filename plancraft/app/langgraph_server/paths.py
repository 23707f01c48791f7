"""Which addresses are the inbox's, and which are the server's."""

__all__ = ["is_in_inbox", "is_shut"]

_INBOX = ("/hitl", "/api", "/sign-in", "/sign-out", "/slack", "/ws", "/healthz", "/readyz")
_SHUT = ("/internal", "/deploy")
"""What the dev server has for its makers, and asks nobody's key for."""


def is_in_inbox(path: str) -> bool:
    """Whether our own application answers there, and asks by itself who it is."""
    return _is_under(path, _INBOX)


def is_shut(path: str) -> bool:
    """Whether nobody is answered there."""
    return _is_under(path, _SHUT)


def _is_under(path: str, places: tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)
