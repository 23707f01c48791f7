"""E-mail addresses as people write them."""

from email.errors import MessageError
from email.headerregistry import Address

__all__ = ["read_address"]


def read_address(text: str) -> Address | None:
    """The address (RFC 5322, 3.4.1); None of a text that is not one, or more than one."""
    try:
        address = Address(addr_spec=text)
    except (MessageError, ValueError, LookupError):
        return None
    return address if address.username and address.domain else None
