"""The shapes of frames that graphql-transport-ws knows: any other is answered with 4400.

As shipped, Strawberry reads frames by key: an `id` that is a list, a `payload` that is null or a
query that is a number crash its handler or pass.
"""

from typing import Any


def fault_of(frame: Any) -> str | None:
    """What is wrong with a client's frame, in words; None if it can be handled."""
    if not isinstance(frame, dict):
        return "A message must be a JSON object"
    kind = frame.get("type")
    if not isinstance(kind, str):
        return "A message needs a `type`"
    payload = frame.get("payload")
    if kind in ("connection_init", "ping", "pong"):
        return None if isinstance(payload, dict | None) else "`payload` must be an object"
    if kind not in ("subscribe", "complete"):
        return f"Unknown message type: {kind[:40]}"
    name = frame.get("id")
    if not isinstance(name, str) or not name:
        return "`id` must be text, and not empty"
    return _fault_of_operation(payload) if kind == "subscribe" else None


def _fault_of_operation(payload: Any) -> str | None:
    if not isinstance(payload, dict):
        return "`payload` must be an object"
    if not isinstance(payload.get("query"), str):
        return "`query` must be text"
    if not isinstance(payload.get("operationName"), str | None):
        return "`operationName` must be text"
    for name in ("variables", "extensions"):
        if not isinstance(payload.get(name), dict | None):
            return f"`{name}` must be an object"
    return None
