"""An agent's card: what it does, where, and who may ask it."""

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from a2a.types import (
    AgentCapabilities,
    AgentCard,
    AgentExtension,
    AgentInterface,
    AgentSkill,
    HTTPAuthSecurityScheme,
    SecurityRequirement,
    SecurityScheme,
    StringList,
)

from plancraft.a2a.messages import APPROVAL_EXTENSION
from plancraft.errors import InvalidSettings
from plancraft.locale import say

__all__ = ["CardKey", "build_card"]

_SETTING = "PLANCRAFT_A2A_CARD_KEY"
_SCHEME = "key"
_EXTENSION_WORDS = (
    "A paused task's message holds the questions that people are asked, and who decided before, as "
    "a data part; an answer may be sent as a data part."
)


def build_card(  # noqa: PLR0913 - a card says this much
    name: str,
    description: str,
    url: str,
    *,
    skills: Sequence[AgentSkill],
    version: str = "1.0.0",
    grpc_url: str | None = None,
    secured: bool = True,
    push: bool = True,
    compat: bool = False,
) -> AgentCard:
    """The card of an agent that asks people.

    Args:
        name: The agent's.
        description: What it does.
        url: Where JSON-RPC and REST are served.
        skills: What it can be asked for.
        version: The agent's own.
        grpc_url: Where gRPC is, as `host:port`.
        secured: Whether callers need a key, which is told as a bearer scheme and enforced.
        push: Whether it sends push notifications.
        compat: Whether clients of protocol 0.3 are served too. They read fields of the card that
            a strict reader of 1.0 refuses.
    """
    interfaces = [_interface(url, "JSONRPC"), _interface(url, "HTTP+JSON")]
    if grpc_url:
        interfaces.append(_interface(grpc_url, "GRPC"))
    if compat:
        interfaces.append(_interface(url, "JSONRPC", "0.3"))
    extension = AgentExtension(uri=APPROVAL_EXTENSION, description=_EXTENSION_WORDS, required=False)
    return AgentCard(
        name=name,
        description=description,
        version=version,
        supported_interfaces=interfaces,
        capabilities=AgentCapabilities(
            streaming=True,
            push_notifications=push,
            extended_agent_card=False,
            extensions=[extension],
        ),
        default_input_modes=["text/plain", "application/json"],
        default_output_modes=["text/plain", "text/markdown", "application/json"],
        skills=skills,
        security_schemes={_SCHEME: _bearer()} if secured else {},
        security_requirements=[_required()] if secured else [],
    )


def _interface(url: str, binding: str, version: str = "1.0") -> AgentInterface:
    return AgentInterface(url=url, protocol_binding=binding, protocol_version=version)


def _bearer() -> SecurityScheme:
    scheme = HTTPAuthSecurityScheme(
        scheme="Bearer", description="A key that `plancraft keys add` printed"
    )
    return SecurityScheme(http_auth_security_scheme=scheme)


def _required() -> SecurityRequirement:
    return SecurityRequirement(schemes={_SCHEME: StringList()})


class CardKey:
    """A key for signing cards: JWS (RFC 7515) by ES256, named by its thumbprint (RFC 7638).

    Args:
        pem: A private key on the curve P-256, as PEM.

    Raises:
        InvalidSettings: it is none, or the package for it is missing.
    """

    def __init__(self, pem: bytes) -> None:
        try:
            from cryptography.hazmat.primitives.asymmetric import ec
            from cryptography.hazmat.primitives.serialization import load_pem_private_key
        except ModuleNotFoundError as error:
            command = "pip install 'plancraft-hitl[a2a]'"
            raise InvalidSettings(_SETTING, say("it needs: {command}", command=command)) from error
        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError) as error:
            raise InvalidSettings(
                _SETTING, say("the card's key is no PEM without a password")
            ) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise InvalidSettings(_SETTING, say("the card's key is on the curve P-256"))
        numbers = key.public_key().public_numbers()
        self._pem = pem
        self._public = {"crv": "P-256", "kty": "EC", "x": _b64(numbers.x), "y": _b64(numbers.y)}

    @classmethod
    def read(cls, path: Path) -> "CardKey":
        """The key in a file. Raises: InvalidSettings, as above."""
        try:
            return cls(path.read_bytes())
        except OSError as error:
            raise InvalidSettings(_SETTING, say("there is no file {path}", path=path)) from error

    @property
    def id(self) -> str:
        """Its thumbprint."""
        canonical = json.dumps(self._public, separators=(",", ":"), sort_keys=True)
        return _text(hashlib.sha256(canonical.encode()).digest())

    @property
    def public(self) -> dict[str, Any]:
        """The key set (RFC 7517) by which others check the card."""
        return {"keys": [{**self._public, "kid": self.id, "use": "sig", "alg": "ES256"}]}

    def sign(self, card: AgentCard, keys_url: str) -> AgentCard:
        """The card with its signature."""
        from a2a.utils.signing import ProtectedHeader, create_agent_card_signer

        header: ProtectedHeader = {"kid": self.id, "alg": "ES256", "jku": keys_url, "typ": "JOSE"}
        signer = create_agent_card_signer(self._pem, header)
        return signer(card)


def _b64(number: int) -> str:
    return _text(number.to_bytes(32, "big"))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
