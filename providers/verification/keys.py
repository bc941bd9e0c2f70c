"""The Ed25519 keys of this portal: the one that signs, and the public ones that are published as JWK (RFC 8037)."""

import base64
import hashlib
import json
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

Jwk = dict[str, str]


def encode(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bytes of base64url with or without padding; raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


@cache
def _signer(seed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(decode(seed))


def sign(data: bytes) -> tuple[str, str]:
    """The id of the present key and its signature over `data`."""
    return describe_key(_public())["kid"], encode(_signer(settings.SIGNING_KEY).sign(data))


def published_keys() -> list[Jwk]:
    """The present key first, then those that signed before."""
    texts = [_public(), *settings.RETIRED_SIGNING_KEYS]
    return [describe_key(text) for text in dict.fromkeys(texts)]


def describe_key(public: str) -> Jwk:
    """A public key as JWK; its id is the thumbprint of RFC 7638, so that equal keys have equal ids everywhere."""
    needed = {"crv": "Ed25519", "kty": "OKP", "x": public}
    thumbprint = hashlib.sha256(json.dumps(needed, separators=(",", ":"), sort_keys=True).encode()).digest()
    return {**needed, "kid": encode(thumbprint), "use": "sig", "alg": "EdDSA"}


def _public() -> str:
    return encode(_signer(settings.SIGNING_KEY).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
