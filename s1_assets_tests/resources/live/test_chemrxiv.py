"""ChemRxiv in the downloads mirror: records by month, what changed, and PDFs that may be refused."""

import json
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug import Request, Response

from resources.live import chemrxiv
from resources.live.access import Downloads, LiveAccess
from resources.live.chemrxiv import changed_preprints
from resources.live.failures import FailuresInARow, SourceDownError, SourceRefusedError
from resources.live.preprint_pdfs import ASK_AGAIN, harvest_pdfs
from resources.live.record_lists import harvest_records
from resources.live.refusals import RefusalsInARow
from resources.sources.preprints.cell import PreprintCell
from s1_assets.cells import Cell
from s1_assets_tests.resources.live.conftest import CONTACT, QUICK, ask_quickly, harvest
from s1_assets_tests.resources.live.crossref_server import CrossrefServer, work

MAY = Cell("chemrxiv", "2024-05")
PDF = b"%PDF-1.7 made up"
STATE = "chemrxiv/works/harvested.json"
A, B, C = "10.26434/chemrxiv.99000001/v1", "10.26434/chemrxiv-2024-b", "10.26434/chemrxiv-2024-b-v2"


@dataclass
class Site:
    """PDFs by DOI; a paper without one is not there."""

    pdfs: dict[str, bytes | Response] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        doi = request.path.removeprefix("/doi/pdf/")
        self.asked.append(doi)
        found = self.pdfs.get(doi, Response("Not found", 404))
        return Response(found, content_type="application/pdf") if isinstance(found, bytes) else found


@pytest.fixture
def crossref(httpserver):
    crossref = CrossrefServer(
        [
            work(A, "2024-05-03"),
            work(B, "2024-05-03"),
            work(C, "2024-05-20"),
            work("10.26434/chemrxiv-2024-june", "2024-06-01"),
        ]
    )
    httpserver.expect_request("/prefixes/10.26434/works").respond_with_handler(crossref)
    return crossref


@pytest.fixture
def site(httpserver):
    site = Site({A: PDF, B: PDF, C: PDF + b" revised"})
    httpserver.expect_request(re.compile("/doi/pdf/.*")).respond_with_handler(site)
    return site


@pytest.fixture
def live(httpserver, tmp_path, monkeypatch, told):
    ask_quickly(monkeypatch, "crossref", "chemrxiv")
    url = httpserver.url_for("").rstrip("/")
    overrides = json.dumps({"crossref": url, "chemrxiv": url})
    return LiveAccess(
        CONTACT, Downloads(str(tmp_path / "downloads")), tmp_path / "cache", overrides, QUICK, told.append
    )


def _stored(live, folder="chemrxiv"):
    return {found.path: found.version for found in live.downloads.mirror.objects(folder)}


def _lines(live):
    return [path for path in _stored(live) if path.endswith(".jsonl")]


def _age(live, hours=24):
    """Lets the last looks be so many hours ago."""
    state = json.loads(b"".join(live.downloads.mirror.stream(STATE)))
    for look in state["months"].values():
        look["at"] -= hours * 3600
    state["at"] -= hours * 3600
    live.downloads.put(STATE, json.dumps(state).encode())


def _plan(live, month="2024-05"):
    return PreprintCell.open(live.downloads.mirror, Cell("chemrxiv", month), live.cache)


def _rows(live, month="2024-05"):
    cell = _plan(live, month)
    return {row["paper_id"]: row for part in cell.parts() for row in cell.read(part.name).papers}


def _versions(live, month="2024-05"):
    return {part.name: part.version for part in _plan(live, month).parts()}


def test_a_month_comes_with_its_pdfs_once(live, crossref, site):
    harvest(live, MAY)
    assert crossref.asked[0]["filter"] == (
        "type:posted-content,from-posted-date:2024-05-01,until-posted-date:2024-05-31"
    )
    assert sorted(site.asked) == [C, A]  # an older version of the same month is no paper of its own
    rows = _rows(live)
    assert {paper.rpartition("/")[2]: row["version"] for paper, row in rows.items()} == {
        "chemrxiv.99000001": 1,
        "chemrxiv-2024-b": 2,
    }
    assert {row["format"] for row in rows.values()} == {"pdf"}
    assert _plan(live).inventory.unplaced == 0
    before, asked = _stored(live), len(crossref.asked)
    harvest(live, MAY)
    assert (_stored(live), len(crossref.asked), len(site.asked)) == (before, asked, 2)


def test_a_month_without_papers_has_no_parts(live, crossref, site):
    harvest(live, Cell("chemrxiv", "2019-01"))
    assert _plan(live, "2019-01").parts() == []


def test_a_later_look_asks_for_what_changed_and_stores_only_that(live, crossref, site):
    harvest(live, MAY)
    before = _lines(live)
    crossref.works[0] |= {"indexed": {"date-time": "2999-01-01T00:00:00Z"}, "is-referenced-by-count": 7}
    _age(live)
    harvest(live, MAY)
    assert ",from-index-date:20" in crossref.asked[-1]["filter"]
    assert _lines(live) == before
    crossref.works[0]["title"] = ["On other things"]
    _age(live)
    harvest(live, MAY)
    assert len(_lines(live)) == len(before) + 1
    assert _rows(live)["chemrxiv:10.26434/chemrxiv.99000001"]["title"] == "On other things"


def test_another_months_harvest_makes_no_part_of_this_month_new(live, crossref, site):
    harvest(live, MAY)
    before = _versions(live)
    harvest(live, Cell("chemrxiv", "2024-06"))
    assert _versions(live) == before
    crossref.works.append(work("10.26434/chemrxiv-2024-d", "2024-05-20", indexed="2999-01-01T00:00:00"))
    _age(live)
    harvest(live, MAY)
    after = _versions(live)
    assert {name for name in after if after[name] != before.get(name)} == {"chemrxiv_2024-05-20"}


def test_a_copy_of_the_whole_list_is_read_before_what_was_harvested(live, crossref, site):
    line = json.dumps(work(A, "2024-05-03", title=["Older"])) + "\n" + json.dumps(work("10.26434/chemrxiv-2024-w"))
    live.downloads.put("chemrxiv/works.jsonl", line.encode())
    harvest(live, MAY)
    rows = _rows(live)
    assert rows["chemrxiv:10.26434/chemrxiv.99000001"]["title"] == "On things"
    assert "chemrxiv:10.26434/chemrxiv-2024-w" in rows


def test_a_list_that_broke_off_is_completed_and_nothing_comes_twice(live, crossref, site):
    crossref.page, good = 1, crossref.__class__.__call__

    class Breaking(CrossrefServer):
        def __call__(self, request):
            return Response("", 503) if request.args["cursor"] == "+/= 2" else good(self, request)

    crossref.__class__ = Breaking
    with pytest.raises(SourceDownError, match="crossref: it answered 503"):
        harvest_records(live, chemrxiv.RECORDS, "2024-05")
    assert len(_lines(live)) == 2
    crossref.__class__ = CrossrefServer
    harvest(live, MAY)
    assert len(_lines(live)) == 3
    assert len(_rows(live)) == 2


def test_a_record_that_names_no_paper_is_kept_and_counted(live, crossref, site):
    crossref.works.append(work("10.26434/../../etc/passwd", "2024-05-03"))
    del crossref.works[0]["posted"]
    crossref.works[0] |= {"posted": None, "title": None, "DOI": None}
    crossref._matches = lambda work, filters: True
    for _ in range(2):
        harvest_records(live, chemrxiv.RECORDS, "2024-05")
        _age(live)
    assert _plan(live).inventory.unplaced == 1
    [reject] = _plan(live).read("chemrxiv_2024-05_unreadable").rejects
    assert "no DOI of ChemRxiv" in reject["detail"]
    harvest_pdfs(live, MAY, "chemrxiv", chemrxiv._open_pdf, "")
    assert sorted(site.asked) == [C]


def test_a_paper_that_is_refused_has_no_pdf_for_now_and_is_asked_for_again_after_some_days(
    live, crossref, site, told, monkeypatch
):
    page = Response("<!DOCTYPE html><title>Just a moment...</title>", 403)
    site.pdfs[A] = page
    harvest(live, MAY)
    assert [row["format"] for _, row in sorted(_rows(live).items())] == ["pdf", "none"]
    assert any("no PDF of chemrxiv.99000001_v1.pdf" in line and "(HTTP 403)" in line for line in told)
    harvest(live, MAY)
    assert site.asked.count(A) == 1
    monkeypatch.setattr("resources.live.preprint_pdfs.ASK_AGAIN", -ASK_AGAIN)
    site.pdfs[A] = PDF
    harvest(live, MAY)
    assert [row["format"] for row in _rows(live).values()] == ["pdf", "pdf"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Response("Not found", 404), "HTTP 404"),
        (b"PK\x03\x04 a document", "no PDF, it begins with"),
        (b"", "no PDF, it begins with"),
        (b"<!DOCTYPE html><title>Log in</title>", "a web page came in its place"),
    ],
)
def test_what_is_no_pdf_is_not_taken_and_noted(live, crossref, site, answer, why):
    site.pdfs[A] = answer
    harvest(live, MAY)
    assert set(_stored(live, "chemrxiv/pdf")) == {"chemrxiv/pdf/chemrxiv-2024-b-v2.pdf"}
    [note] = _stored(live, "chemrxiv/no-pdf/2024-05")
    assert why in b"".join(live.downloads.mirror.stream(note)).decode()
    assert _plan(live).inventory.unplaced == 0


def test_a_site_that_refuses_everything_is_told_with_what_to_do_and_no_paper_is_given_up(live, crossref, site):
    crossref.works = [work(f"10.26434/chemrxiv-2024-{number}") for number in range(2 * RefusalsInARow.MOST)]
    site.pdfs = {one["DOI"]: Response("Cloudflare", 403) for one in crossref.works}
    with pytest.raises(
        SourceRefusedError, match=r"refused 10 papers in a row.*HTTP 403.*access for text mining.*S1_SERVICES"
    ):
        harvest(live, MAY)
    assert len(site.asked) == RefusalsInARow.MOST
    with pytest.raises(SourceDownError, match="chemrxiv: it is to be left alone, closed until"):
        harvest(live, MAY)
    assert len(site.asked) == RefusalsInARow.MOST
    assert _stored(live, "chemrxiv/no-pdf") == {}
    live = replace(live, overrides=json.dumps(json.loads(live.overrides) | {"chemrxiv": None}))
    harvest(live, MAY)
    assert len(_rows(live)) == 2 * RefusalsInARow.MOST


def test_one_paper_that_fails_keeps_no_other_from_coming_and_a_site_that_is_down_stops_the_run(
    live, crossref, site, told
):
    site.pdfs[A] = Response("", 500)
    harvest(live, MAY)
    assert set(_stored(live, "chemrxiv/pdf")) == {"chemrxiv/pdf/chemrxiv-2024-b-v2.pdf"}
    assert any("left for another run" in line for line in told)
    crossref.works += [work(f"10.26434/chemrxiv-2024-{number}", indexed="2999-01-01T00:00:00") for number in range(3)]
    _age(live)
    site.pdfs |= {f"10.26434/chemrxiv-2024-{number}": Response("", 500) for number in range(3)}
    with pytest.raises(SourceDownError, match="answered 500"):
        harvest(live, MAY)


def test_a_redirect_to_elsewhere_is_refused(live, crossref, site, told):
    site.pdfs[A] = Response("", 302, headers={"Location": "https://elsewhere.example/a.pdf"})
    harvest(live, MAY)
    assert any("redirects to elsewhere" in line for line in told)
    assert set(_stored(live, "chemrxiv/pdf")) == {"chemrxiv/pdf/chemrxiv-2024-b-v2.pdf"}


def test_a_site_that_redirects_all_to_elsewhere_is_told(live, crossref, site):
    crossref.works = [work(f"10.26434/chemrxiv-2024-{number}") for number in range(FailuresInARow.MOST)]
    away = Response("", 302, headers={"Location": "https://elsewhere.example/a.pdf"})
    site.pdfs = {one["DOI"]: away for one in crossref.works}
    with pytest.raises(SourceRefusedError, match="redirects to elsewhere"):
        harvest(live, MAY)


def _next_day(live):
    """Lets what was noted of single papers, and of what was listed, be of an earlier day."""
    path = "chemrxiv/left/2024-05.json"
    live.downloads.put_state(path, dict.fromkeys(live.downloads.state(path), "2024-06-01"))
    for note in _stored(live, "chemrxiv/no-pdf"):
        live.downloads.remove([note])
    (live.cache / "limits/quick-chemrxiv.state").unlink(missing_ok=True)
    _age(live)


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        (Response("", 500), FailuresInARow.MOST),
        (Response("", 403), RefusalsInARow.MOST),
        (Response("<html>a page"), RefusalsInARow.MOST),
    ],
    ids=["down", "refused", "a web page"],
)
def test_papers_that_never_come_keep_no_later_run_from_ending_well(live, crossref, site, answer, number):
    """However many: on the day on which they are seen first they may be the site's failure, and then no more."""
    bad = [f"10.26434/chemrxiv-2024-{one}" for one in range(number)]
    crossref.works, site.pdfs = [work(doi) for doi in bad], dict.fromkeys(bad, answer)
    with pytest.raises((SourceDownError, SourceRefusedError)):
        harvest(live, MAY)
    for one in range(3):
        _next_day(live)
        new = f"10.26434/chemrxiv-2024-new{one}"
        crossref.works.append(work(new, indexed="2999-01-01T00:00:00"))
        site.pdfs[new] = b"%PDF-1.7 made up"
        harvest(live, MAY)
        _next_day(live)
        harvest(live, MAY)
        assert len(_stored(live, "chemrxiv/pdf")) == one + 1


def test_a_run_fetches_a_bounded_number_of_pdfs_and_the_next_goes_on(live, crossref, site, told):
    harvest_records(live, chemrxiv.RECORDS, "2024-05")
    harvest_pdfs(live, MAY, "chemrxiv", chemrxiv._open_pdf, "", limit=1)
    assert len(site.asked) == 1
    assert told[-1] == "chemrxiv 2024-05: 2 PDFs are lacking; 1 of them are fetched now"
    harvest_pdfs(live, MAY, "chemrxiv", chemrxiv._open_pdf, "", limit=1)
    assert len(set(site.asked)) == len(site.asked) == 2


def _follow(live, watermark, pages=1):
    """Everything that changed after a watermark, in calls of so many pages; the last watermark, and how many calls."""
    months, calls, complete = {}, 0, False
    while not complete:
        changes = changed_preprints(live, watermark, pages)
        watermark, complete, calls = changes.watermark, changes.complete, calls + 1
        for month, papers in changes.months.items():
            months.setdefault(month, []).extend(papers)
    return months, watermark, calls


def _now(hours=0):
    return f"{datetime.now(UTC) + timedelta(hours=hours):%Y-%m-%dT%H:%M:%S}"


def test_what_changed_is_told_by_month_once_in_bounded_steps(live, crossref):
    crossref.works = [
        work(f"10.26434/chemrxiv-2026-{number}", f"2026-0{1 + number % 2}-05", indexed=_now(-1 - number))
        for number in range(5)
    ]
    crossref.page = 3
    months, watermark, calls = _follow(live, "")
    assert {month: sorted(papers) for month, papers in months.items()} == {
        "2026-01": [f"10.26434/chemrxiv-2026-{number}" for number in (0, 2, 4)],
        "2026-02": [f"10.26434/chemrxiv-2026-{number}" for number in (1, 3)],
    }
    assert calls == len(crossref.asked) == 2
    assert crossref.asked[0]["sort"] == "indexed"
    assert _follow(live, watermark) == ({}, watermark, 1)
    _age(live)
    crossref.works[1] |= {"title": ["WITHDRAWN: On things"], "indexed": {"date-time": _now(-0.3) + "Z"}}
    crossref.works[2] |= {"is-referenced-by-count": 3, "indexed": {"date-time": _now(-0.2) + "Z"}}
    crossref.works.append(work("10.26434/chemrxiv-2026-0-v2", "2026-03-01", indexed=_now(-0.1)))
    months, _, _ = _follow(live, watermark)
    assert months == {"2026-02": ["10.26434/chemrxiv-2026-1"], "2026-03": ["10.26434/chemrxiv-2026-0"]}


def test_an_old_preprint_that_was_only_cited_is_no_change(live, crossref):
    old = work("10.26434/chemrxiv-2019-a", "2019-05-01", indexed=_now(-1), deposited="2019-05-01T00:00:00")
    crossref.works = [old]
    assert _follow(live, "")[0] == {}
    crossref.works[0]["deposited"] = {"date-time": _now(-1) + "Z"}
    _age(live)
    assert _follow(live, "")[0] == {"2019-05": ["10.26434/chemrxiv-2019-a"]}


def test_more_changes_of_one_second_than_a_page_has_are_told_all_of_them(live, crossref):
    second = _now(-5)
    crossref.works = [work(f"10.26434/chemrxiv-2026-{number}", "2026-01-05", indexed=second) for number in range(4)]
    crossref.works.append(work("10.26434/chemrxiv-2026-4", "2026-01-05", indexed=_now(-1)))
    months, watermark, calls = _follow(live, "")
    assert sorted(set(months["2026-01"])) == [f"10.26434/chemrxiv-2026-{number}" for number in range(5)]
    assert calls < 6
    assert _follow(live, watermark)[0] == {}


def test_while_a_run_harvests_a_look_asks_nothing_and_tells_nothing(live, crossref):
    with live.alone("chemrxiv-records"):
        changes = changed_preprints(live, "mark")
    assert (changes.months, changes.watermark, changes.complete) == ({}, "mark", False)
    assert crossref.asked == []


def test_what_a_run_harvested_is_a_change_for_a_later_look(live, crossref, site):
    mark = changed_preprints(live).watermark
    harvest(live, MAY)
    assert changed_preprints(live, mark).months == {
        "2024-05": ["10.26434/chemrxiv-2024-b", "10.26434/chemrxiv.99000001"]
    }


def test_downloads_may_be_in_a_bucket(live, crossref, site, bucket):
    live = replace(live, downloads=Downloads(f"{bucket}/downloads"))
    for _ in range(2):
        harvest(live, MAY)
    harvest(live, Cell("chemrxiv", "2019-01"))
    assert sorted(site.asked) == [C, A]
    assert [row["format"] for row in _rows(live).values()] == ["pdf", "pdf"]
    assert _plan(live, "2019-01").parts() == []
    assert list(changed_preprints(live).months) == ["2024-05"]
