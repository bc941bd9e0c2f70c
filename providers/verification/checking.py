"""Checking a signed statement offline: only the file, the published keys and the clock are asked."""

from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from providers.verification.canonical import canonical
from providers.verification.keys import decode


class NotVerified(Exception):
    """The statement cannot be trusted; the text says why."""


def check_statement(document: Any, keys: Any, *, now: datetime | None = None) -> dict[str, Any]:
    """The statement in `document` when one of `keys` (the published document) signed exactly this, and it is in time.

    Raises NotVerified.
    """
    try:
        statement, signature = document["statement"], document["signature"]
        known = {key["kid"]: key["x"] for key in keys["keys"] if (key["kty"], key["crv"]) == ("OKP", "Ed25519")}
        key_id, value = signature["key_id"], decode(signature["value"])
        signed = canonical(statement)
        issued, until = _moment(statement["issued_at"]), _moment(statement["valid_until"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotVerified("This is not a signed statement, or these are not published keys.") from error
    if key_id not in known:
        raise NotVerified(f"The key {key_id} is not among the published ones. Fetch them anew.")
    try:
        Ed25519PublicKey.from_public_bytes(decode(known[key_id])).verify(value, signed)
    except (InvalidSignature, ValueError) as error:
        raise NotVerified("The signature does not fit: the statement was changed, or somebody else made it.") from error
    now = now or datetime.now(UTC)
    if not issued <= now < until:
        raise NotVerified(f"The statement was valid from {statement['issued_at']} to {statement['valid_until']}.")
    return dict(statement)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
