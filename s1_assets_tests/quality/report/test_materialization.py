"""What a materialization of quality_metrics shows: charts that stay small, and means as numbers."""

import pytest

from s1_assets_tests.line import Line, materialized
from s1_assets_tests.quality.report.made_up_lake import MAY, fill


@pytest.fixture
def line(tmp_path):
    (tmp_path / "mirror").mkdir()
    return Line(tmp_path / "line", tmp_path / "mirror")


def test_the_charts_of_a_cell_stand_in_its_metadata_with_its_means_as_numbers(line):
    fill(line.lake, [{}] * 5, caption={"recaption": "It falls to 3."}, mention="The rate falls to 3, see [REF].")
    outcome = line.run_alone(MAY, "quality_metrics")
    found = materialized(outcome)["quality_metrics"]
    assert "**Caption length**" in found["charts"]
    assert "](data:image/png;base64," in found["charts"]
    assert "set S1\\_CLIP\\_WEIGHTS" in found["charts"]
    assert len(found["charts"]) < 100_000
    assert found["recaption_chars_mean"] == len("It falls to 3.")
    assert found["numbers_grounded_mean"] == 1
    assert "clip_gain" not in found
