"""What can go wrong in the simulator.

SimulatorError
├── OrganisationError   the files of the sample organisation say something impossible
├── NotLoopback         an address outside this machine was asked for
├── Refused             the simulated service answers a caller with an error, as Microsoft's does
├── NotOnScreen         a person was told to press, fill in or read something that their card does not show
└── NotSeen             what a test waited for did not happen in time
"""

from __future__ import annotations

from collections.abc import Mapping

from approvals.errors import CountersignError


class SimulatorError(CountersignError):
    """Something that the simulator says no to."""


class OrganisationError(SimulatorError):
    """The files of the sample organisation say something impossible."""


class NotLoopback(SimulatorError):
    """An address outside this machine was asked for; the simulator signs anything, so it never leaves it."""


class Refused(SimulatorError):
    """The simulated service answers a caller with an error, as Microsoft's does.

    ``code`` is the machine's word, such as ActivityNotFoundInConversation; the text is the message beside it.
    """

    def __init__(self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})


class NotOnScreen(SimulatorError):
    """A person was told to press, fill in or read something that their card does not show."""


class NotSeen(SimulatorError, AssertionError):
    """What a test waited for did not happen in time."""
