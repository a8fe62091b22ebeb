"""The report page: every section, self-contained, and nothing of a paper's text becomes markup."""

import io
import subprocess
from pathlib import Path

import pytest

from resources.lake import Lake
from s1_assets.cells import Cell
from s1_assets.quality.report.page import write_quality_report
from s1_assets.tables import CONTEXT_BUNDLES
from s1_assets_tests.publishing.test_report import Page
from s1_assets_tests.quality.report.made_up_lake import MAY, fill

JUNE = Cell("arxiv", "2024-06")
HOSTILE = '"><script>alert(1)</script></style><img src=x onerror=alert(2)>&amp;{{ 7*7 }} $\\Gamma < 1$'
CLIP = {"clip_raw": 0.25, "clip_recaption": 0.3, "clip_coverage": 0.6}


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path / "lake"))


@pytest.fixture
def page(lake, tmp_path):
    """The page of the lake's May, parsed."""

    def write():
        path = tmp_path / "reports" / "page.html"
        write_quality_report(lake, [MAY], "Quality of May", path)
        return Page(path.read_text(encoding="utf-8"))

    return write


def attributes_of(page, tag):
    return [attributes for name, attributes in page.tags if name == tag]


def test_the_page_holds_every_section(lake, page):
    fill(lake, [CLIP | {"flags": ["ungrounded_number:3"]}] * 9, caption={"status": "kept_raw", "status_detail": "a: b"})
    shown = page()
    for text in (
        "pairs of 9 papers in 1 cell",
        "Caption length",
        "CLIP score, raw against rewritten",
        "not measured: set S1_PPPL_MODEL",
        "CLIP cosine",
        "+20.00%",
        "mean 508-1010 characters, CV <= 0.33",
        "kept raw",
        "needs tex",
        "CLIP fell most",
        "The rate falls, see [REF].",
        "ungrounded number:3",
        "0.250 → 0.300",
    ):
        assert text in shown.text, text


def test_without_weights_the_figures_are_chosen_by_their_flags_and_the_page_says_what_to_set(lake, page):
    fill(lake, [{"flags": [f"ungrounded_number:{n}" for n in range(count)]} for count in range(9)])
    shown = page()
    assert "Most flags" in shown.text
    assert "not measured: set S1_CLIP_WEIGHTS" in shown.text
    figures = [attributes["alt"] for attributes in attributes_of(shown, "img") if "Figure" in attributes["alt"]]
    assert figures[0] == "Figure 1 of arxiv:2405.00008"


def test_text_of_a_paper_never_becomes_markup(lake, page):
    hostile = {"caption": HOSTILE, "label": HOSTILE, "source_file": HOSTILE, "permissions": HOSTILE}
    caption = {
        "recaption": HOSTILE,
        "visual": HOSTILE,
        "status": "kept_raw",
        "status_detail": HOSTILE,
        "model": HOSTILE,
    }
    span = {"kind": HOSTILE, "text": "", "start": 2, "end": 20}
    paper = {"title": HOSTILE, "license": "javascript:alert(3)", "discipline": HOSTILE}
    scores = [CLIP | {"flags": [HOSTILE], "ungrounded": [span]}]
    fill(lake, scores, paper=paper, pair=hostile, caption=caption, mention=HOSTILE)
    shown = page()
    assert {tag for tag, _ in shown.tags}.isdisjoint({"script", "iframe", "object", "link", "base", "form"})
    assert not any(name.startswith("on") or name == "style" for _, attributes in shown.tags for name in attributes)
    assert all(attributes["href"].startswith(("https://", "#")) for attributes in attributes_of(shown, "a"))
    assert shown.text.count(HOSTILE) >= 8
    assert len(attributes_of(shown, "style")) == 1


def test_a_character_that_turns_the_writing_round_is_shown_by_its_code_point(lake, page):
    fill(lake, [{}], pair={"caption": "annual \u202egnp.exe"}, caption={"recaption": "annual \u202egnp.exe"})
    assert page().text.count("annual ⟨U+202E⟩gnp.exe") == 2


def test_the_page_loads_nothing_from_elsewhere_and_runs_no_script(lake, page):
    fill(lake, [CLIP] * 9)
    shown = page()
    assert all(attributes["src"].startswith("data:image/") for attributes in attributes_of(shown, "img"))
    policy = next(attributes["content"] for attributes in attributes_of(shown, "meta") if "http-equiv" in attributes)
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")


def test_what_no_source_holds_is_marked(lake, page):
    span = {"kind": "number", "text": "12.5", "start": 9, "end": 13}
    fill(lake, [{"ungrounded": [span]}], caption={"recaption": "Rises to 12.5.", "contextual": None})
    assert {"title": "number that no source holds"} in attributes_of(page(), "mark")


def test_every_link_of_the_gallery_leads_to_a_page_of_it(lake, page):
    fill(lake, [CLIP | {"clip_recaption": number / 100} for number in range(90)])
    shown = page()
    names = {attributes["id"] for _, attributes in shown.tags if "id" in attributes}
    turns = {attributes["href"][1:] for attributes in attributes_of(shown, "a") if "rel" in attributes}
    assert {"worst-4", "best-1", "random-4"} <= turns <= names
    assert sum(tag == "article" for tag, _ in shown.tags) == 72


def test_an_image_that_does_not_open_and_a_pair_that_a_table_lacks_do_not_stop_the_page(lake, page):
    fill(lake, [{}] * 3, pair={"image": b"no image"})
    fill(lake, [{}] * 2, JUNE)
    shown = page()
    assert shown.text.count("The image does not open.") == 3
    shorter = Path(lake.url, lake.path(CONTEXT_BUNDLES, JUNE, "part")).read_bytes()
    lake.put(lake.path(CONTEXT_BUNDLES, MAY, "part"), io.BytesIO(shorter))
    shown = page()
    assert sum(tag == "article" for tag, _ in shown.tags) == 2
    assert "1 chosen pairs are left out" in shown.text


def test_a_cell_without_a_pair_is_refused_by_name(lake, tmp_path):
    fill(lake, [])
    with pytest.raises(ValueError, match="no pair in the quality metrics of arxiv 2024-05"):
        write_quality_report(lake, [MAY], "Nothing", tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_a_browser_opens_the_page_without_a_complaint_and_turns_its_pages(lake, page, chromium, tmp_path):
    fill(lake, [CLIP | {"clip_recaption": number / 100} for number in range(24)])
    page()
    options = "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update"
    options += " --disable-sync --no-first-run --enable-logging=stderr --window-size=1280,4000"
    pictures = []
    for name in ("best-1", "best-2"):
        picture, profile = f"--screenshot={tmp_path / name}.png", f"--user-data-dir={tmp_path / 'browser'}"
        command = [chromium, *options.split(), picture, profile, f"file://{tmp_path}/reports/page.html#{name}"]
        outcome = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
        assert "CONSOLE" not in outcome.stderr
        pictures.append((tmp_path / f"{name}.png").read_bytes())
    assert pictures[0] != pictures[1]
