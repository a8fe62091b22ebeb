"""The ops room: web server and daemon as `make dev` starts them, and a browser in front of them."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

from s1_assets_tests.operations.code_server import free_port
from s1_assets_tests.operations.daemon import PATIENCE, comes, dagster

# As root, and on a machine without a network: nothing that looks for a sandbox or for updates.
OPTIONS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@contextlib.contextmanager
def web_server_and_daemon(environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """Gives the URL of the UI; all processes end with the context."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    where = ("-h", "127.0.0.1", "-p", str(port))
    with dagster("dagster", "dev", *where, environment=environment, log=log) as process:
        comes(lambda: process.poll() is not None or _answers(url))
        assert _answers(url), log.read_text()[-2000:]
        yield url


@contextlib.contextmanager
def browser_page(program: str) -> Iterator[Page]:
    """A page of a headless browser of its own, as wide as a laptop's."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        page = browser.new_page(viewport={"width": 1560, "height": 860})
        page.set_default_timeout(PATIENCE * 1000)
        yield page
        browser.close()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/server_info").is_success
    except httpx.HTTPError:
        return False
