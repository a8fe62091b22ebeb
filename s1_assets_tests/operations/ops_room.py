"""The ops room: web server and daemon as `make dev` starts them, and a browser in front of them."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, sync_playwright

from s1_assets.settings import PROJECT
from s1_assets_tests.operations.code_server import free_port
from s1_assets_tests.operations.daemon import PATIENCE, comes

# As root, and on a machine without a network: nothing that looks for a sandbox or for updates.
OPTIONS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def chromium() -> str:
    """The browser's program; skips the test where there is none."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not found:
        pytest.skip("Chromium is not on this machine (Debian: apt-get install chromium)")
    return found


@contextlib.contextmanager
def web_server_and_daemon(environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """Gives the URL of the UI; all processes end with the context."""
    port = free_port()
    command = [sys.executable, "-m", "dagster", "dev", "-h", "127.0.0.1", "-p", str(port), "-w", "workspace.yaml"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    url = f"http://127.0.0.1:{port}"
    try:
        assert comes(lambda: process.poll() is not None or _answers(url)), log.read_text()[-2000:]
        yield url
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


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
