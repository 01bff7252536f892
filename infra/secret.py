"""The installation's one secret, and the keys derived from it: what signs buttons and what signs sessions are never the same bytes."""

import os
from pathlib import Path
from secrets import token_bytes

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from approvals.errors import CountersignError
from approvals.words import say

_LENGTH = 32


class SecretError(CountersignError):
    """The secret file cannot be used; the message says why and what to do."""


def installation_secret(path: Path) -> bytes:
    """The secret in the file at ``path``, which is made (readable by this user only) where there is none.

    Raises:
        SecretError: the file cannot be read or written, is too short, or others may read it.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    except OSError as error:
        raise SecretError(
            say(
                "{path}: cannot be made ({why}); make its folder, or set COUNTERSIGN_SECRET_FILE",
                path=str(path),
                why=str(error.strerror),
            )
        ) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(token_bytes(_LENGTH))
    return _read(path)


def derive(secret: bytes, *, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=_LENGTH, salt=None, info=f"countersign {purpose}".encode()).derive(secret)


def button_key(secret: bytes, *, tenant: str) -> bytes:
    """What signs buttons: a key of one tenant's own, so that a button made for somebody of another tenant is nobody's here."""
    return derive(secret, purpose=f"buttons of {tenant}")


def _read(path: Path) -> bytes:
    try:
        secret, mode = path.read_bytes(), path.stat().st_mode
    except OSError as error:
        raise SecretError(
            say("{path}: cannot be read ({why}); give this user the right to read it", path=str(path), why=str(error.strerror))
        ) from error
    if len(secret) < _LENGTH:
        raise SecretError(
            say(
                "{path}: has {count} bytes and needs at least {least}; delete it and a new one is made",
                path=str(path),
                count=len(secret),
                least=_LENGTH,
            )
        )
    if mode & 0o077:
        raise SecretError(say("{path}: others may read it (mode {mode}); run: chmod 600 {path}", path=str(path), mode=f"{mode & 0o777:o}"))
    return secret
