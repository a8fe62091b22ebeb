"""The guide for people on call leaves out no alert and no check."""

import re
from typing import get_args

import pytest

from s1_assets.alerts.messages import VERBS, Kind
from s1_assets.cells import SOURCES
from s1_assets.checks import CELL_CHECKS
from s1_assets.definitions import build_defs
from s1_assets.settings import PROJECT
from s1_assets_tests.operations.test_deploy_files import UNITS, compose

GUIDE = (PROJECT / "docs/operations.md").read_text()
# What the titles of messages begin with that tell of no single thing.
OTHERS = {"digest": "Daily digest", "many": "More groups of alerts at once"}


def rows_of(title: str, column: int = 1) -> str:
    """The first cells of the table under a title, or those of another column."""
    return "\n".join(line.split("|")[column] for line in section(title).splitlines() if line.startswith("|"))


def section(title: str) -> str:
    """What stands under a title, up to the next one."""
    return GUIDE.partition(f"# {title}\n")[2].partition("\n#")[0]


@pytest.mark.parametrize("kind", get_args(Kind))
def test_the_guide_says_what_every_alert_means(kind):
    title = VERBS.get(kind) or OTHERS[kind]
    assert title.partition(",")[0] in rows_of("What each alert means")


def test_the_guide_says_what_to_do_about_every_check():
    checks = {key.name for key in build_defs().resolve_asset_graph().asset_check_keys}
    assert len(checks) >= 14
    assert {check for check in checks if f"`{check}`" not in rows_of("By check")} == set()


def test_the_guide_says_which_checks_block_publishing():
    told = zip(rows_of("By check").splitlines(), rows_of("By check", 2).splitlines(), strict=True)
    blocking = {name for names, blocks in told if blocks.strip() == "yes" for name in re.findall(r"`(\w+)`", names)}
    assert blocking == {check.name for check in CELL_CHECKS if check.blocking}


def test_the_guide_says_what_every_sensor_and_schedule_does_and_names_every_job():
    repository = build_defs().get_repository_def()
    by_itself = {one.name for one in (*repository.sensor_defs, *repository.schedule_defs)}
    told = rows_of("What runs by itself").replace("`fresh_<source>`", " ".join(f"`fresh_{one}`" for one in SOURCES))
    assert {name for name in by_itself if f"`{name}`" not in told} == set()
    jobs = [job.name for job in repository.get_all_jobs() if not job.name.startswith("__")]
    assert {name for name in jobs if f"`{name}`" not in section("What runs by itself")} == set()


def test_the_guide_says_how_to_restart_every_service_of_a_deployment():
    told = section("Restart")
    assert {unit.stem for unit in UNITS if f"systemctl restart {unit.stem}`" not in told} == set()
    services = compose()["services"].keys() - {"postgres"}
    assert {name for name in services if f" {name}`" not in rows_of("Restart", 3)} == set()
