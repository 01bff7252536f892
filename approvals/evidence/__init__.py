"""Evidence: one row for every transition, every refusal and every effect, written in the transaction of what it proves.

Each row is a leaf of a Merkle tree (tree.py, leaves.py); the writer's last step seals a batch with a signed checkpoint (sealing.py). What
was sealed can be proved (proving.py) and whatever was bent since is found (verifying.py).
"""

from approvals.evidence.recording import Trace, Trigger, record
from approvals.evidence.spelling import canonical

__all__ = ["Trace", "Trigger", "canonical", "record"]
