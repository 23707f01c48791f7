"""The agent over gRPC."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
from a2a.server.context import ServerCallContext
from a2a.server.request_handlers import RequestHandler
from a2a.server.request_handlers.grpc_handler import (
    DefaultGrpcServerCallContextBuilder,
    GrpcHandler,
)
from a2a.types import a2a_pb2_grpc
from a2a.utils.errors import VersionNotSupportedError

from plancraft.a2a.callers import Authenticate, identity_now, with_caller
from plancraft.access import Identity

__all__ = ["served"]

_VERSION = "1.0"
_GRACE_SECONDS = 1.0


@asynccontextmanager
async def served(
    handler: RequestHandler, address: str, authenticate: Authenticate | None
) -> AsyncIterator[int]:
    """The port on which it is served within the block.

    Args:
        handler: Of all requests.
        address: `host:port`; port 0 is any that is free.
        authenticate: Who a caller is, by the `authorization` of its metadata.
    """
    interceptors = [_Admission(authenticate)] if authenticate else []
    # Else two servers would share a port, and callers reach the one or the other.
    alone = (("grpc.so_reuseport", 0),)
    server = grpc.aio.server(interceptors=interceptors, options=alone)
    servicer = GrpcHandler(handler, context_builder=_Contexts())
    add: Any = a2a_pb2_grpc.add_A2AServiceServicer_to_server
    add(servicer, server)
    port = server.add_insecure_port(address)
    await server.start()
    try:
        yield port
    finally:
        await server.stop(_GRACE_SECONDS)


class _Contexts(DefaultGrpcServerCallContextBuilder):
    """Puts who called into the SDK's context, and refuses versions that are not served, which the
    SDK does over HTTP only. One that is not named is taken for ours."""

    def build(self, context: "grpc.aio.ServicerContext[Any, Any]") -> ServerCallContext:
        told = _metadata(context.invocation_metadata())
        version = told.get("a2a-version")
        if version is not None and version.partition(".")[0] != _VERSION.partition(".")[0]:
            raise VersionNotSupportedError(message=f"A2A version {version!r} is not served")
        return with_caller(super().build(context), identity_now.get(), told.get("accept-language"))


class _Admission(grpc.aio.ServerInterceptor):
    """Lets in who has a key."""

    def __init__(self, authenticate: Authenticate) -> None:
        self._authenticate = authenticate

    async def intercept_service(
        self, continuation: Callable[[Any], Awaitable[Any]], details: Any
    ) -> Any:
        told = _metadata(details.invocation_metadata)
        identity = await self._authenticate(told.get("authorization"))
        handler = await continuation(details)
        if handler is None:
            return None
        return _as(identity, handler)


def _as(identity: Identity | None, handler: Any) -> Any:
    """The handler, run in the name of this caller; for nobody, one that refuses."""

    async def unary(request: Any, context: Any) -> Any:
        if identity is None:
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "a bearer key is needed")
        identity_now.set(identity)
        return await handler.unary_unary(request, context)

    async def stream(request: Any, context: Any) -> AsyncIterator[Any]:
        if identity is None:
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "a bearer key is needed")
        identity_now.set(identity)
        async for one in handler.unary_stream(request, context):
            yield one

    make = grpc.unary_stream_rpc_method_handler
    if not handler.response_streaming:
        make = grpc.unary_unary_rpc_method_handler
    behaviour = stream if handler.response_streaming else unary
    return make(behaviour, handler.request_deserializer, handler.response_serializer)


def _metadata(pairs: Any) -> dict[str, str]:
    return {
        key.lower(): value if isinstance(value, str) else value.decode("latin-1")
        for key, value in pairs or ()
    }
