"""The chat model that is configured, if any."""

import os

from langchain_core.language_models import BaseChatModel

from plancraft.errors import InvalidSettings
from plancraft.locale import say

__all__ = ["VARIABLE", "configured_model"]

VARIABLE = "PLANCRAFT_MODEL"


def configured_model(name: str | None = None) -> tuple[str, BaseChatModel] | None:
    """The model `provider:name` and its name; None when there is none.

    Args:
        name: By default what `PLANCRAFT_MODEL` says.

    Raises:
        InvalidSettings: a model is named, but langchain or its provider is not installed, or the
            provider does not take it.
    """
    name = name or os.environ.get(VARIABLE)
    if not name:
        return None
    try:
        from langchain.chat_models import init_chat_model

        model: BaseChatModel = init_chat_model(name)
    except ImportError as error:
        raise InvalidSettings(VARIABLE, say("it needs a package: {error}", error=error)) from error
    except ValueError as error:
        first = str(error).splitlines()[0]
        raise InvalidSettings(VARIABLE, first) from error
    return name, model
