"""The guide for people on call leaves out no alert and no check."""

from typing import get_args

import pytest

from s1_assets.alerts.messages import VERBS, Kind
from s1_assets.definitions import build_defs
from s1_assets.settings import PROJECT

GUIDE = (PROJECT / "docs/operations.md").read_text()
# What the titles of messages begin with that tell of no single thing.
OTHERS = {"digest": "Daily digest", "many": "More groups of alerts at once"}


def rows_of(title: str) -> str:
    """The first cells of the table under a title."""
    section = GUIDE.partition(f"# {title}\n")[2].partition("\n#")[0]
    return "\n".join(line.split("|")[1] for line in section.splitlines() if line.startswith("|"))


@pytest.mark.parametrize("kind", get_args(Kind))
def test_the_guide_says_what_every_alert_means(kind):
    title = VERBS.get(kind) or OTHERS[kind]
    assert title.partition(",")[0] in rows_of("What each alert means")


def test_the_guide_says_what_to_do_about_every_check():
    checks = {key.name for key in build_defs().resolve_asset_graph().asset_check_keys}
    assert len(checks) >= 14
    assert {check for check in checks if f"`{check}`" not in rows_of("By check")} == set()
