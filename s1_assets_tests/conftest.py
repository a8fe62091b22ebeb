"""Fixtures that several test modules share."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real test papers kept beside the checkout; skips where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"real test papers are not at {SHARED / 'data'}; everything else is tested without them")
    return SHARED / "data"
