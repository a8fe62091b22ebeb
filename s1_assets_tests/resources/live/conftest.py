"""A local server in the place of a live service, and a client with little patience."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from resources.live.access import LiveAccess
from resources.live.harvests import FEEDS
from resources.live.http import Client, Patience
from resources.live.limits import RateLimit
from resources.live.services import SERVICES, Service
from s1_assets.cells import Cell

SERVICE = Service("journal", "", RateLimit("journal", 1000, 0.001))
QUICK = Patience(attempts=3, first_wait=0.01, longest_wait=0.02, longest_closure=5.0, answer=20.0, silence=5.0)
CONTACT = "data-team@example.org"


def ask_quickly(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Lets services be asked as often as one likes."""
    for name in names:
        monkeypatch.setitem(SERVICES, name, replace(SERVICES[name], limit=RateLimit(f"quick-{name}", 10_000, 0.001)))


def harvest(live: LiveAccess, cell: Cell) -> None:
    """All that a run fetches of a cell."""
    FEEDS[cell.source].records(live, cell)
    FEEDS[cell.source].full_texts(live, cell)


@pytest.fixture
def told() -> list[str]:
    """The lines that a harvest logs."""
    return []


@pytest.fixture
def new_client(httpserver: HTTPServer, tmp_path: Path) -> Callable[..., Client]:
    """Makes clients that know one service, `journal`, at the local server; all share one cache folder."""

    def make(patience: Patience = QUICK, log: Callable[[str], object] = print, **changes: object) -> Client:
        service = replace(SERVICE, **{"url": httpserver.url_for("").rstrip("/"), **changes})
        return Client(CONTACT, tmp_path / "cache", {"journal": service}, patience, log)

    return make


@pytest.fixture
def client(new_client: Callable[..., Client]) -> Client:
    return new_client()
