"""Papers to pairs on one core, and where the time goes."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import ParamSpec, TypeVar
from unittest.mock import patch

from benchmarks.latex_papers import LabelledPaper
from s1_assets.extraction import paper as extraction
from s1_assets.extraction.media import media_type
from s1_assets.extraction.picture import Picture

P = ParamSpec("P")
R = TypeVar("R")

_GRAPHIC_STEPS = {"pdf": "PDF", "postscript": "EPS and PostScript", "svg": "SVG", "gzip": "EPS and PostScript"}


@dataclass
class Stopwatch:
    """Seconds and calls a step; a step inside another counts for itself alone."""

    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    calls: Counter[str] = field(default_factory=Counter)
    _within: list[float] = field(default_factory=lambda: [0.0])

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what is done inside."""
        self._within.append(0.0)
        began = time.perf_counter()
        try:
            yield
        finally:
            took = time.perf_counter() - began
            self.seconds[name] += took - self._within.pop()
            self._within[-1] += took
            self.calls[name] += 1

    def timed(self, function: Callable[P, R], name: Callable[P, str]) -> Callable[P, R]:
        """The function, each call timed as the step that `name` tells from its arguments."""

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            with self.step(name(*args, **kwargs)):
                return function(*args, **kwargs)

        return call


@dataclass(frozen=True)
class Rendering:
    """What one worker on one core made of all papers; `seconds` hold the steps."""

    papers: int
    pairs: int
    watch: Stopwatch

    @property
    def total_seconds(self) -> float:
        """All steps together."""
        return sum(self.watch.seconds.values())

    @property
    def papers_a_minute(self) -> float:
        """Papers a minute a core."""
        return 60 * self.papers / self.total_seconds


def render_papers(papers: Iterable[LabelledPaper]) -> Rendering:
    """Extract every paper in this process, as a worker does."""
    watch = Stopwatch()
    count = pairs = 0
    with ExitStack() as stack:
        for owner, function, name in (
            (extraction, "unpack", lambda *_: "unpack"),
            (extraction, "read_latex", lambda *_: "parse"),
            (extraction, "typeset_drawings", lambda *_: "TeX drawings"),
            (extraction, "render", lambda content, _: _GRAPHIC_STEPS.get(media_type(content), "PNG, JPEG, ...")),
            (Picture, "publish", lambda *_: "size, compare, encode"),
        ):
            stack.enter_context(patch.object(owner, function, watch.timed(getattr(owner, function), name)))
        for paper in papers:
            with watch.step("rows"):
                row = {"paper_id": f"arxiv:{paper.id}", "status": "live", "format": "latex"}
                pairs += len(extraction.extract_paper(row, paper.archive).pairs)
            count += 1
    return Rendering(count, pairs, watch)
