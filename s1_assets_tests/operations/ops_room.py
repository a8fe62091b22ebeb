"""The ops room: web server and daemon as `make dev` starts them, and a browser in front of them."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from s1_assets_tests.operations.daemon import PATIENCE
from s1_assets_tests.operations.web_server import serving

# As root, and on a machine without a network: nothing that looks for a sandbox or for updates.
OPTIONS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def web_server_and_daemon(environment: Mapping[str, str], log: Path) -> contextlib.AbstractContextManager[str]:
    """Gives the URL of the UI; all processes end with the context."""
    return serving("dagster", "dev", environment=environment, log=log)


@contextlib.contextmanager
def browser_page(program: str) -> Iterator[Page]:
    """A page of a headless browser of its own, as wide as a laptop's."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        page = browser.new_page(viewport={"width": 1560, "height": 860})
        page.set_default_timeout(PATIENCE * 1000)
        yield page
        browser.close()
