"""The key that signs checkpoints, and the name of the log: made of the installation's secret and of its public address."""

from pathlib import Path
from urllib.parse import urlsplit

from approvals.evidence.notes import Signer
from bot.settings import Settings
from infra.secret import derive, installation_secret


def evidence_signer(settings: Settings) -> Signer:
    """The log's own signer. Its name is the host that people know Countersign by, and ``/evidence``.

    Raises:
        SecretError: the secret file cannot be used.
    """
    return signer_of(settings.secret_file, name=f"{urlsplit(settings.public_url).netloc}/evidence")


def signer_of(secret_file: Path, *, name: str) -> Signer:
    """The signer of the log called ``name``, from the installation's secret. Raises as :func:`evidence_signer` does."""
    return Signer.of(name, derive(installation_secret(secret_file), purpose="evidence"))
