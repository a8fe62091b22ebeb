"""What waits for the next message of its group, and for how long."""

from s1_assets.alerts.messages import News
from s1_assets.alerts.told import Told


def test_pauses_double_up_to_their_longest_and_are_forgotten_after_a_quiet_time():
    told, now = Told(0, 0.0), 1000.0
    news = [News("check_failed", "figure_pairs.images_decode", "arxiv", "arxiv 2024-05")]
    waits = []
    for _ in range(7):
        assert [group.count for group in told.due(news, now)] == [1]
        [pause] = told.pauses.values()
        waits.append(pause.seconds)
        assert told.due(news, pause.until - 1) == []
        pause.forget("arxiv 2024-05")
        now = pause.until
    assert waits == [300, 600, 1200, 2400, 3600, 3600, 3600]
    assert told.due([], now + 7200) == []
    assert told.pauses == {}


def test_cells_that_still_fail_are_told_when_all_of_those_that_were_to_be_shown_are_mended():
    told, cells = Told(0, 0.0), [f"arxiv 2023-{month:02}" for month in range(1, 13)]
    failed, passed = (
        [News(kind, "figure_pairs.images_decode", "arxiv", cell) for cell in cells]
        for kind in ("check_failed", "all_clear")
    )
    assert len(told.due(failed[-1:], 0.0)) == 1
    assert told.due(failed, 1.0) == []
    assert told.due(passed[:10], 2.0) == []
    [group] = Told.from_cursor(told.as_cursor()).due([], 300.0)
    assert (group.count, [item.cell for item in group.shown]) == (2, cells[10:])
    [group] = told.due(passed[10:], 300.0)
    assert ([item.kind for item in group.shown], [item.cell for item in group.shown]) == (["all_clear"], cells[11:])
