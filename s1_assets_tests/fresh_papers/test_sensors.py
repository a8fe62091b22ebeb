"""The sensors: what they ask for, once, and what they say when they ask for nothing."""

import json
import threading
import time

import pytest
from werkzeug import Response

from resources.live.services import SERVICES
from s1_assets.cells import SOURCES, Cell
from s1_assets.fresh_papers import watch
from s1_assets.fresh_papers.seen import FAILURES_TOLD
from s1_assets.jobs import FRESH_PAPERS_NEXT
from s1_assets.partitions import partition_key
from s1_assets_tests.fresh_papers.watched import YESTERDAY, months, months_ago, paper, this_month
from s1_assets_tests.operations.deployment import NOTING, Daemons, configured_instance

NOW, BEFORE, OLD = this_month(), months_ago(1), months_ago(30)


def test_new_papers_are_seen_in_one_tick_and_their_cells_asked_for_in_the_next(watched):
    watched.arxiv.oai.papers = [paper(NOW, 1), paper(NOW, 2), paper(BEFORE, 1)]
    assert watched.look().startswith(f"3 papers of 2 months are new or changed; the next tick asks for {NOW.month}, ")
    requests = watched.ask()
    assert [request.partition_key for request in requests] == [partition_key(NOW), partition_key(BEFORE)]
    tags = requests[0].tags
    assert (tags["source"], tags["fresh_papers"], tags["dagster/priority"]) == ("arxiv", "2", "10")
    assert tags["watermark"] == watched.state()["watermark"]
    assert requests[0].run_key.startswith(f"{partition_key(NOW)} ")
    assert watched.look().startswith("the next look is at ")


def test_nothing_new_asks_for_nothing(watched):
    assert watched.look().startswith("nothing is new; the next look is at ")
    watched.let_pass()
    assert watched.look().startswith("nothing is new")


def test_a_changed_paper_is_asked_for_again_by_another_key(watched):
    watched.arxiv.oai.papers = [paper(NOW, 1)]
    watched.look()
    [first] = watched.ask()
    watched.arxiv.oai.papers[0].title = "On other things"
    watched.arxiv.oai.papers[0].datestamp = watched.arxiv.oai.today
    watched.let_pass()
    watched.look()
    [second] = watched.ask()
    assert first.partition_key == second.partition_key
    assert first.run_key != second.run_key


def test_a_tick_that_dies_before_its_cursor_is_saved_asks_for_the_same_by_the_same_keys(watched):
    watched.arxiv.oai.papers = [paper(NOW, 1), paper(BEFORE, 1)]
    watched.look()
    first = watched.evaluate().run_requests
    watched.arxiv.oai.papers += [paper(NOW, 2, datestamp=watched.arxiv.oai.today)]
    watched.let_pass()
    again = watched.evaluate().run_requests
    assert [request.run_key for request in first] == [request.run_key for request in again]


def test_a_look_that_dies_before_its_cursor_is_saved_loses_nothing(watched):
    watched.arxiv.oai.papers = [paper(NOW, 1)]
    watched.evaluate()
    watched.arxiv.oai.papers += [paper(BEFORE, 1, datestamp=watched.arxiv.oai.today)]
    watched.let_pass()
    watched.look()
    assert months(watched.ask()) == [NOW.month, BEFORE.month]


def test_one_page_is_asked_for_in_a_tick_until_the_list_ends(watched):
    watched.arxiv.oai.page = 2
    watched.arxiv.oai.papers = [paper(NOW, number) for number in range(1, 6)]
    said = []
    while not watched.state().get("asking"):
        watched.arxiv.oai.asked.clear()
        said.append(watched.look())
        assert sum(one.get("metadataPrefix") == "arXivRaw" for one in watched.arxiv.oai.asked) <= 1
    assert said[:2] == ["2 papers of 1 months are new or changed; there is more"] * 2
    [request] = watched.ask()
    assert request.tags["fresh_papers"] == "5"


def test_many_cells_are_asked_for_over_several_ticks(watched, monkeypatch):
    monkeypatch.setattr(watch, "REQUESTS", 2)
    cells = [months_ago(count) for count in range(5)]
    watched.made(*cells)
    watched.arxiv.oai.papers = [paper(cell, 1) for cell in cells]
    watched.look()
    asked = [months(watched.ask()) for _ in range(3)]
    assert asked == [[cell.month for cell in cells[:2]], [cell.month for cell in cells[2:4]], [cells[4].month]]
    assert watched.ask() == []


def test_an_old_month_is_asked_for_where_it_was_made_and_left_to_a_backfill_where_it_was_not(watched):
    watched.made(OLD)
    watched.arxiv.oai.papers = [paper(OLD, 1), paper(months_ago(31), 1)]
    watched.look()
    assert months(watched.ask()) == [OLD.month]


def test_months_that_are_no_cells_of_the_source_are_left_out(watched):
    watched.arxiv.oai.papers = [paper(months_ago(-2), 1), paper(Cell("arxiv", "2015-13"), 1)]
    assert watched.look().startswith("1 papers of 1 months are new or changed; the next look is at ")
    assert watched.ask() == []


@pytest.fixture
def daemons(watched, tmp_path):
    """A queue that starts runs when it is told to."""
    with configured_instance(tmp_path / "home", "dagster.yaml", NOTING) as instance:
        watched.instance = instance
        yield Daemons(instance)


def test_a_cell_that_waits_in_the_queue_is_not_asked_for_again_and_one_that_runs_is(watched, daemons):
    of_the_sensor = FRESH_PAPERS_NEXT | {"dagster/sensor_name": "fresh_arxiv"}
    daemons.queue("cell", of_the_sensor | {"dagster/partition": partition_key(BEFORE)})
    assert len(daemons.start_runs()) == 1
    daemons.queue("cell", of_the_sensor | {"dagster/partition": partition_key(NOW)})
    watched.arxiv.oai.papers = [paper(NOW, 1), paper(BEFORE, 1)]
    watched.look()
    assert months(watched.ask()) == [BEFORE.month]


def test_a_backfill_s_run_in_the_queue_does_not_hold_fresh_papers_back(watched, daemons):
    daemons.queue("cell", {"dagster/backfill": "all", "dagster/partition": partition_key(NOW)})
    watched.arxiv.oai.papers = [paper(NOW, 1)]
    watched.look()
    assert months(watched.ask()) == [NOW.month]


def test_an_old_month_that_changes_while_its_first_run_is_under_way_is_asked_for(watched, daemons):
    daemons.queue("cell", {"dagster/backfill": "all", "dagster/partition": partition_key(OLD)})
    watched.arxiv.oai.papers = [paper(OLD, 1)]
    watched.look()
    assert watched.ask() == []  # in the queue: it has not read anything yet
    [_] = daemons.start_runs()
    watched.arxiv.oai.papers = [paper(OLD, 1, datestamp=watched.arxiv.oai.today, title="On other things")]
    watched.let_pass()
    watched.look()
    assert months(watched.ask()) == [OLD.month]


def test_a_source_that_is_down_is_left_alone_for_a_while_and_loses_nothing(watched):
    watched.arxiv.down = True
    said = watched.look()
    assert said.startswith("1 looks at arxiv failed, the last one: arxiv-oai: it answered 503")
    assert "the next look is at" in said
    watched.arxiv.asked.clear()
    assert watched.look() == said
    assert watched.arxiv.asked == []
    watched.arxiv.down = False
    watched.arxiv.oai.papers = [paper(NOW, 1)]
    watched.let_pass()
    watched.look()
    assert months(watched.ask()) == [NOW.month]


def test_a_source_that_stays_down_fails_the_ticks_until_it_is_there_again(watched):
    watched.arxiv.down = True
    for _ in range(FAILURES_TOLD):
        watched.look()
        watched.let_pass()
    watched.arxiv.asked.clear()
    with pytest.raises(watch.StandsFailedError, match=r"6 looks at arxiv in a row failed.* it answered 503"):
        watched.evaluate(last_tick=time.time())
    assert watched.arxiv.asked == []
    with pytest.raises(Exception, match="it answered 503"):
        watched.evaluate(last_tick=time.time() - watch.RETRY_SECONDS)
    watched.arxiv.down = False
    found = watched.evaluate(last_tick=time.time() - watch.RETRY_SECONDS)
    assert found.skip_message.startswith("nothing is new")


def test_a_source_that_refuses_fails_the_ticks_at_once(watched):
    watched.arxiv.oai.failing = [Response("Forbidden", 403)]
    assert "it refused the request, 'Forbidden' (HTTP 403)" in watched.look()
    with pytest.raises(watch.StandsFailedError, match="Forbidden"):
        watched.evaluate(last_tick=time.time())


def test_a_tick_ends_in_time_though_the_source_does_not_answer_and_what_comes_later_is_seen(
    watched, httpserver, monkeypatch
):
    answered = threading.Event()

    def answer(request):
        answered.wait(30)
        return watched.arxiv(request)

    httpserver.clear()
    httpserver.expect_request("/oai").respond_with_handler(answer)
    watched.arxiv.oai.papers = [paper(NOW, 1)]
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.3)
    assert "it takes more than 0.3 s" in watched.look()
    answered.set()
    with watched.mirror.live().alone("arxiv-oai"):  # the look that went on has ended
        monkeypatch.setattr(watch, "LOOK_SECONDS", 50.0)
    watched.let_pass()
    watched.look()
    assert months(watched.ask()) == [NOW.month]


@pytest.mark.parametrize("source", SOURCES)
def test_no_source_is_asked_without_a_contact(watched, source):
    watched.sensor = f"fresh_{source}"
    watched.configuration |= {"contact": None}
    assert watched.look().startswith("S1_CONTACT is not set: set it to an e-mail address or https:// URL")
    assert watched.arxiv.asked == []


def test_a_contact_that_is_none_is_told(watched):
    watched.configuration |= {"contact": "me"}
    assert watched.look().startswith("S1_CONTACT='me' is no e-mail address")


def test_services_that_are_none_are_told(watched):
    watched.configuration |= {"services": "{"}
    assert watched.look().startswith("S1_SERVICES='{' is not JSON")


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_whose_service_is_left_out_is_not_asked_and_says_so(watched, source):
    nowhere = dict.fromkeys(SERVICES)
    watched.sensor, watched.configuration["services"] = f"fresh_{source}", json.dumps(nowhere)
    assert watched.look().startswith("S1_SERVICES leaves out ")


def test_with_a_mirror_nothing_is_asked(watched, tmp_path):
    watched.configuration |= {"url": str(tmp_path)}
    assert watched.look().startswith("S1_MIRROR is set, so papers come from that mirror")
    assert watched.arxiv.asked == []


def test_a_cursor_that_cannot_be_read_fails_the_tick(watched):
    with pytest.raises(ValueError, match="Reset cursor"):
        watched.evaluate(cursor=YESTERDAY)
