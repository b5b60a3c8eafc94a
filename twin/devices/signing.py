"""Who said it: canonical JSON, its hash, and Ed25519 keys on disk.

A private key is a file that only its owner may read; its public half lies beside it. In this
first version the platform keeps the keys of its people for them.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from twin.errors import BadInput, Fault


def canonical(document: Any) -> bytes:
    """Return the one way to write a document.

    >>> canonical({"b": 1, "a": [2.5, "µm"]})
    b'{"a":[2.5,"\\xc2\\xb5m"],"b":1}'
    """
    text = json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode("utf-8")


def digest(document: Any) -> str:
    """Return the SHA-256 of the canonical form."""
    return hashlib.sha256(canonical(document)).hexdigest()


def write_once(file: Path, content: bytes, mode: int = 0o600) -> bytes:
    """Write a file that nobody else has written yet and return what it holds in the end."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        beside = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(beside, file)
        except FileExistsError:
            pass  # another process was first: its content counts
        finally:
            beside.unlink()
    return file.read_bytes()


class Keyring:
    """The keys of one folder, one pair for each name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, name: str) -> None:
        """Make the pair of ``name`` unless it exists."""
        fresh = Ed25519PrivateKey.generate().private_bytes_raw().hex().encode()
        held = write_once(self.folder / f"{name}.key", fresh)
        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(held.decode()))
        public = private.public_key().public_bytes_raw().hex().encode()
        write_once(self.folder / f"{name}.pub", public, 0o644)

    def sign(self, name: str, document: Mapping[str, Any]) -> str:
        """Return the signature of ``name`` under a document."""
        file = self.folder / f"{name}.key"
        try:
            private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(file.read_text()))
        except (OSError, ValueError) as error:
            message = f"the key of {name} cannot be used ({error}); restore it from your backup"
            raise BadInput(Fault(message, file=str(file))) from None
        return private.sign(canonical(document)).hex()

    def verify(self, name: str, document: Mapping[str, Any], signature: object) -> bool:
        """Whether ``signature`` is the one of ``name`` under ``document``."""
        file = self.folder / f"{name}.pub"
        if "/" in name or not isinstance(signature, str) or not file.exists():
            return False
        try:
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(file.read_text()))
            public.verify(bytes.fromhex(signature), canonical(document))
        except (InvalidSignature, ValueError):
            return False
        return True
