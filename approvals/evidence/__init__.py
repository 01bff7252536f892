"""Evidence: one row for every transition, every refusal and every effect, written in the transaction of what it proves.

Each row is a leaf of a Merkle tree (tree.py, leaves.py); the writer's last step seals a batch with a signed checkpoint (sealing.py). What
was sealed can be proved (proving.py) and whatever was bent since is found (verifying.py).
"""

from typing import TYPE_CHECKING

from approvals.evidence.spelling import canonical

if TYPE_CHECKING:
    from approvals.evidence.recording import Trace, Trigger, record

__all__ = ["Trace", "Trigger", "canonical", "record"]


def __getattr__(name: str) -> object:
    # Whoever only looks at the log needs no tables: a process that shares in verifying it is at work before those were imported.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from approvals.evidence import recording

    return getattr(recording, name)
