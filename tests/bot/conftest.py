"""The worker's tests stand on the same records as those of approvals."""

from tests.approvals.conftest import clock, desk, migrated, path, peopled, store

__all__ = ["clock", "desk", "migrated", "path", "peopled", "store"]
