"""The certificate of the simulator's https listener: a private authority made for this run, whose only public trace is one PEM file."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """What the https listener needs, and the file that its callers must trust."""

    ssl_context: ssl.SSLContext
    ca_file: Path


def make_certificates(ca_file: Path) -> Certificates:
    """Make a certificate authority and a certificate for 127.0.0.1 and localhost; write the authority's PEM to ``ca_file``."""
    authority = trustme.CA(organization_name="Countersign simulator")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost", "::1").configure_cert(context)
    authority.cert_pem.write_to_path(str(ca_file))
    return Certificates(ssl_context=context, ca_file=ca_file)
