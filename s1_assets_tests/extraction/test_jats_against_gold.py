"""The JATS route held against labels of real articles, by the rules of the scoring script that they come with."""

import importlib.util
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from types import ModuleType

import pytest

from s1_assets.context.mentions import figure_mentions
from s1_assets.extraction.document import Document, panel_letter
from s1_assets.extraction.jats.front import read_front
from s1_assets.extraction.jats.read import read_jats
from s1_assets.extraction.jats.xml import parse_article
from s1_assets.extraction.meca import Meca, read_meca
from s1_assets.extraction.unpack import Package, unpack
from s1_assets.rejects import Reject

FLOORS = {
    "figure recall": 0.99,
    "figure precision": 0.99,
    "panel recall": 0.99,
    "caption fidelity": 0.99,
    "mention recall": 0.97,
    "mention precision": 0.97,
}


class Labelled:
    """A labelled article with its files, and what the route reads of it."""

    def __init__(self, gold: dict, mirrors: Path) -> None:
        self.gold = gold
        package = mirrors / gold["package"]
        if package.is_dir():
            paths = (path for path in package.rglob("*") if path.is_file())
            self.files = {str(path.relative_to(package.parent)): path.read_bytes() for path in paths}
            self.article = f"{package.name}/{gold['xml']}"
        else:
            unpacked = unpack(package.read_bytes())
            assert isinstance(unpacked, Package)
            assert unpacked.kind == "meca"
            meca = read_meca(unpacked.files)
            assert isinstance(meca, Meca)
            self.files, self.article = unpacked.files, meca.article
        self.document: Document = read_jats(self.files, self.article)

    def figures(self) -> list[dict]:
        """Figures with a file, as the script gathers them from the tables."""
        pairs = [
            {
                "pair_id": f"{figure.number}-{position}",
                "figure": figure.number,
                "panel": panel_letter(position) if len(figure.graphics) > 1 else None,
                "label": figure.label,
                "caption": figure.caption,
                "file": graphic.file,
            }
            for figure in self.document.figures
            for position, graphic in enumerate(figure.graphics)
            if graphic.file in self.files
        ]
        mentions = figure_mentions([asdict(passage) for passage in self.document.passages], pairs)
        figures: dict[int, dict] = {}
        for pair in pairs:
            figure = figures.setdefault(pair["figure"], {"caption": pair["caption"], "files": set(), "mentions": {}})
            figure["files"].add(PurePosixPath(pair["file"]).name.lower())
            figure["mentions"].update((mention["text"], None) for mention in mentions[pair["pair_id"]])
        return list(figures.values())


@pytest.fixture(scope="module")
def labelled(shared_data) -> list[Labelled]:
    lines = (shared_data / "gold_jats.jsonl").read_text().splitlines()
    return [Labelled(json.loads(line), shared_data / "mirrors") for line in lines]


@pytest.fixture(scope="module")
def script(shared_data) -> ModuleType:
    path = shared_data.parent / "eval/score_pairs.py"
    if not path.is_file():
        pytest.skip(f"the scoring script is not at {path}")
    spec = importlib.util.spec_from_file_location("score_pairs", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def counts(script: ModuleType, article: Labelled) -> Iterator[tuple[str, float]]:
    """What one article adds to the script's totals."""
    gold = [figure for figure in article.gold["figures"] if script.gold_files(figure)]
    predicted = article.figures()
    matched = script.match(gold, predicted)
    yield from (("gold", len(gold)), ("predicted", len(predicted)), ("matched", len(matched)))
    yield "panels", sum(len(script.gold_files(figure)) for figure in gold)
    for i, j, similarity in matched:
        files, found = script.gold_files(gold[i]), predicted[j]["files"]
        sentences, mentions = script.gold_mentions(gold[i]), list(predicted[j]["mentions"])

        def among(text: str, others: list[str]) -> bool:
            return any(script.similarity(text, other) >= script.THRESHOLD for other in others)

        yield "fidelity", similarity / 100
        yield "panels found", sum(any(script.same_file(file, other) for other in found) for file in files)
        yield from (("mentions", len(sentences)), ("predicted mentions", len(mentions)))
        yield "mentions found", sum(among(sentence, mentions) for sentence in sentences)
        yield "mentions right", sum(among(mention, sentences) for mention in mentions)


@pytest.mark.parametrize("articles", ["the current ones", "all"])
def test_the_scores_reach_what_we_promise(labelled, script, articles):
    total: Counter[str] = Counter()
    for article in labelled:
        if articles == "all" or article.gold["expected"] == "use":
            for name, count in counts(script, article):
                total[name] += count
    scores = {
        "figure recall": total["matched"] / total["gold"],
        "figure precision": total["matched"] / total["predicted"],
        "panel recall": total["panels found"] / total["panels"],
        "caption fidelity": total["fidelity"] / total["matched"],
        "mention recall": total["mentions found"] / total["mentions"],
        "mention precision": total["mentions right"] / total["predicted mentions"],
    }
    assert {name: score for name, score in scores.items() if score < FLOORS[name]} == {}


def test_the_article_is_found_in_every_archive(labelled):
    assert [a.article for a in labelled if not a.article.endswith(a.gold["xml"])] == []


def test_title_doi_and_licence_are_those_of_the_label(labelled):
    for article in labelled:
        root = parse_article(article.files[article.article])
        assert not isinstance(root, Reject)
        front = read_front(root)
        assert (front.title, front.doi) == (article.gold["title"], (article.gold["doi_in_xml"] or "").lower() or None)
        assert "creativecommons.org" in (front.license or "")


def test_every_labelled_picture_of_a_figure_table_or_letter_is_shown_or_rejected(labelled):
    lost = []
    for article in labelled:
        gold, document = article.gold, article.document
        named = {PurePosixPath(graphic.file).stem for figure in document.figures for graphic in figure.graphics}
        named |= {PurePosixPath(reject.source_file).stem for reject in document.rejects if reject.source_file}
        pictures = [
            graphic["href"]
            for figure in gold["figures"]
            for graphic in figure["graphics"]
            if not graphic.get("alternative")
        ]
        pictures += [picture["href"] for picture in gold["not_figures"] if picture["in"] == "table-wrap"]
        pictures += [href for other in gold["other"] for href in other["graphics"] if "sub-article" in other["why"]]
        names = [PurePosixPath(href).name for href in pictures]
        lost += [name for name in names if name not in named and PurePosixPath(name).stem not in named]
    assert lost == []
