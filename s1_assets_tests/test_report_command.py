"""`make report`: which cells a report is of, and what is said where there is nothing to report."""

import argparse
from dataclasses import replace

import pytest

from resources.lake import Lake
from s1_assets import report_command
from s1_assets.cells import Cell
from s1_assets.settings import Settings
from s1_assets_tests.quality.report.made_up_lake import fill


@pytest.fixture
def report(tmp_path):
    """Writes the report that a command line asks for, of a lake of three cells, and returns its path."""
    settings = replace(Settings.from_environment({}), lake=str(tmp_path / "lake"), cache=str(tmp_path / "cache"))
    for cell in (Cell("arxiv", "2024-04"), Cell("arxiv", "2024-05"), Cell("biorxiv", "2024-05")):
        fill(Lake(settings.lake), [{}], cell)

    def run(line):
        parser = argparse.ArgumentParser()
        report_command.add_arguments(parser)
        return report_command.run(parser.parse_args(line.split()), settings)

    return run


@pytest.mark.parametrize(
    ("line", "name", "pairs"),
    [
        ("", "lake", "3 cells"),
        ("--source arxiv --from 2024-04", "arxiv_from_2024-04", "2 cells"),
        ("--source arxiv --month 2024-05", "arxiv_2024-05", "1 cell"),
        ("--from 2024-05 --to 2024-06", "from_2024-05_to_2024-06", "2 cells"),
    ],
)
def test_a_report_is_of_the_cells_asked_for_and_stands_in_the_cache(report, tmp_path, line, name, pairs):
    path = report(line)
    assert path == tmp_path / "cache" / "reports" / f"{name}.html"
    assert f"papers in {pairs}<" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--source medrxiv", "no quality metrics of medrxiv; run such cells first"),
        ("--month 2024-05 --from 2024-01", "not both"),
        ("--month 2024-5", "MONTH=2024-5 is no month; use YYYY-MM"),
    ],
)
def test_what_cannot_be_reported_is_said_with_what_to_do(report, line, message):
    with pytest.raises(ValueError, match=message):
        report(line)
