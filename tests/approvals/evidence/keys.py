"""Keys for tests: the log's, a witness's, and a stranger's."""

from approvals.evidence.notes import Kind, Signer

LOG = Signer.of("desk.example/evidence", bytes(range(32)))
WITNESS = Signer.of("witness.example/w1", bytes(range(32, 64)), kind=Kind.COSIGNED)
STRANGER = Signer.of("desk.example/evidence", b"stranger" * 4)
