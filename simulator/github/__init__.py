"""A GitHub in memory, for the demo, for development without an internet, and for tests.

Register an App, put it on a server, and act as people do::

    app, private_key = App.generate(webhook_url=..., webhook_secret=...)
    with GitHub(app) as github, Served(create_app(github)) as server:
        repository = github.add_repository("octo-org/hello", files={"README.md": b"# Hello"})
        github.install([repository])
        github.open_discussion(repository, author="mona", title="How?", body="How do I …?")

``server.url`` is the REST base URL, and ``server.url + "/graphql"`` the GraphQL one.
"""

from simulator.github.app import DEFAULT_EVENTS, DEFAULT_PERMISSIONS, App
from simulator.github.clock import Clock
from simulator.github.errors import SimulatorError, Unknown
from simulator.github.faults import FaultKind, Hold, When
from simulator.github.files import Submodule, Symlink
from simulator.github.graphql_api import load_schema
from simulator.github.model import (
    Account,
    Discussion,
    DiscussionComment,
    GivenReaction,
    Installation,
    Issue,
    IssueComment,
    Reaction,
    Release,
    Repository,
    Role,
)
from simulator.github.service import GitHub
from simulator.github.webhooks import Delivery
from simulator.github.wsgi import create_app

__all__ = [
    "DEFAULT_EVENTS",
    "DEFAULT_PERMISSIONS",
    "Account",
    "App",
    "Clock",
    "Delivery",
    "Discussion",
    "DiscussionComment",
    "FaultKind",
    "GitHub",
    "GivenReaction",
    "Hold",
    "Installation",
    "Issue",
    "IssueComment",
    "Reaction",
    "Release",
    "Repository",
    "Role",
    "SimulatorError",
    "Submodule",
    "Symlink",
    "Unknown",
    "When",
    "create_app",
    "load_schema",
]
