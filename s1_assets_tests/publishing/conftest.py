"""Fixtures of the publishing tests."""

from pathlib import Path

import pytest

from resources.publishers.publisher import Publisher, open_publisher


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    return open_publisher(str(tmp_path / "published"))


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder
