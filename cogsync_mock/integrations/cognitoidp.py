"""moto's cognito-idp: the key that signs the tokens of its user pools, and ours of cognito-identity."""

from __future__ import annotations

import base64
import functools
import gzip
import importlib.resources
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_PACKAGE, _FOLDER, _FILE = "moto", ("cognitoidp", "resources"), "jwks-private.json"


@functools.cache
def signing_key() -> dict[str, str]:
    """Return the private key that moto brings with it, as a JSON Web Key: the same in every process."""
    folder = importlib.resources.files(_PACKAGE).joinpath(*_FOLDER)
    packed = folder.joinpath(f"{_FILE}.gz")
    content = gzip.decompress(packed.read_bytes()) if packed.is_file() else folder.joinpath(_FILE).read_bytes()
    key: dict[str, str] = json.loads(content)
    return key


def sign(content: bytes) -> bytes:
    """Return the signature of RS512."""
    padding, algorithm = _scheme()
    signature: bytes = _private_key().sign(content, padding, algorithm)
    return signature


def is_signed(content: bytes, signature: bytes) -> bool:
    """Return whether a signature of RS512 is of this content, by this key."""
    from cryptography.exceptions import InvalidSignature

    padding, algorithm = _scheme()
    try:
        _private_key().public_key().verify(signature, content, padding, algorithm)
    except InvalidSignature:
        return False
    return True


# Late, for cryptography is large, and only logins need it.


def _scheme() -> tuple[Any, Any]:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA512

    return PKCS1v15(), SHA512()


@functools.cache
def _private_key() -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric import rsa

    n, e, d = (_number(signing_key()[name]) for name in ("n", "e", "d"))
    p, q = rsa.rsa_recover_prime_factors(n, e, d)
    exponents = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
    return rsa.RSAPrivateNumbers(p, q, d, *exponents, rsa.RSAPublicNumbers(e, n)).private_key()


def _number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")
