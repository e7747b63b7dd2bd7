"""Discord's side of an application's interactions, over real HTTP."""

from simulator.discord.app import create_app
from simulator.discord.faults import Faults, Hold, Route, When
from simulator.discord.model import Interaction, Message, State
from simulator.discord.platform import Discord

__all__ = [
    "Discord",
    "Faults",
    "Hold",
    "Interaction",
    "Message",
    "Route",
    "State",
    "When",
    "create_app",
]
