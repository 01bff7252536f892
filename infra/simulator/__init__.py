"""The offline Microsoft Teams: what a newcomer tries the product with, and the fake Teams of every test.

It plays the tenant's authority, the Bot Connector service, the directory and the sign-in page over real HTTP on loopback, so that the bot
runs its production code against it.
"""

from infra.simulator.answers import Answer, Choice, Dialog
from infra.simulator.chats import Chat, Message
from infra.simulator.connector import ConnectorCall
from infra.simulator.driver import Person
from infra.simulator.errors import NotLoopback, NotOnScreen, NotSeen, OrganisationError, SimulatorError
from infra.simulator.organisation import APP_ID, SAMPLE, TENANT_ID, Employee, Organisation, read_organisation
from infra.simulator.screen import Card
from infra.simulator.simulator import Simulator, run_simulator

__all__ = [
    "APP_ID",
    "SAMPLE",
    "TENANT_ID",
    "Answer",
    "Card",
    "Chat",
    "Choice",
    "ConnectorCall",
    "Dialog",
    "Employee",
    "Message",
    "NotLoopback",
    "NotOnScreen",
    "NotSeen",
    "Organisation",
    "OrganisationError",
    "Person",
    "Simulator",
    "SimulatorError",
    "read_organisation",
    "run_simulator",
]
