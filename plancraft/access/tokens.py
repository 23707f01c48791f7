"""Secrets that a program made up, and what is kept of them."""

import hashlib
import hmac
import secrets

__all__ = ["csrf_of", "equal", "hash_of", "new_token"]

_BYTES = 32


def new_token(prefix: str) -> str:
    """A secret of 256 random bits, recognisable by its prefix."""
    return f"{prefix}_{secrets.token_urlsafe(_BYTES)}"


def hash_of(token: str) -> str:
    """What is kept of a secret, and what it is found by.

    One SHA-256 will do, without salt and without rounds: those slow down who guesses at what
    people make up, and 256 random bits cannot be guessed at.
    """
    # Whatever a client sends is looked up, halves of characters too.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_of(token: str) -> str:
    """What a page of this session sends along, to show that it is one of ours.

    Derived from the session's secret, so that nothing more is kept; one way, so that a page which
    has it does not have the session.
    """
    return hmac.new(token.encode(), b"plancraft csrf", hashlib.sha256).hexdigest()


def equal(one: str, other: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())
