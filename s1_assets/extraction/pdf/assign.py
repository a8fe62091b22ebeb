"""Which caption speaks of what: decided for all captions of a page at once.

Every caption looks in one of four directions. What it sees there, no running text and no other caption in between, it
may claim; of several captions that claim the same part the nearest has it. Of all choices of directions the one is
taken in which most captions get what they name, most of what is pictured is got, and captions stand close to it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations, product
from math import prod
from typing import Literal

from s1_assets.extraction.pdf.captions import Caption
from s1_assets.extraction.pdf.geometry import Box, hull
from s1_assets.extraction.pdf.labels import Kind
from s1_assets.extraction.pdf.regions import Part, PartKind, Surroundings

Direction = Literal["above", "below", "left", "right"]
Habits = Mapping[Kind, Direction]
Shares = dict[Caption, list[Part]]

_DIRECTIONS: tuple[Direction, ...] = ("above", "below", "left", "right")
_TOUCH = 6.0  # points by which a part may reach over its caption's edge
_BESIDE, _OVER = 120.0, 40.0  # points between the parts of one figure, side by side or one over the other
_OFF_CENTRE = 12.0  # points by which a caption may miss the middle of what it stands under
_FACING = 0.1  # of a part's side or the caption's, whichever is shorter
_MOST_CHOICES = 5000
# What a caption gains by each kind of part; kinds that it gains as little by as that it takes where there is no other.
_GAINS: Mapping[tuple[Kind, PartKind], float] = {
    ("figure", "picture"): 10.0,
    ("figure", "diagram"): 7.0,
    ("figure", "tabular"): 5.0,
    ("figure", "text"): 2.0,
    ("table", "tabular"): 10.0,
    ("table", "text"): 8.0,
    ("table", "diagram"): 6.0,
    ("table", "picture"): 1.0,
    ("other", "tabular"): 10.0,
    ("other", "text"): 8.0,
    ("other", "diagram"): 6.0,
    ("other", "picture"): 1.0,
}
_LITTLE = 2.0
_ALL_PICTURES = 6.0
_HABIT = 1.5  # for looking where most captions of its kind in the document do
_SIDEWAYS = 3.0
_GAP = 15.0  # points between a caption and what it names that outweigh a gain of one
_LONGEST_GAP = 8.0 * _GAP
_ASKEW = 30.0  # points of distance that weigh as much as not facing the caption at all


@dataclass(frozen=True)
class _Sight:
    """How a caption sees a part: what lies between, the gap, and how much of the shorter side faces the other's."""

    between: Box
    gap: float
    facing: float

    @property
    def cost(self) -> float:
        return self.gap + _ASKEW * (1 - self.facing)


_View = dict[Part, _Sight]


def assign(
    captions: Sequence[Caption], around: Surroundings, habits: Habits
) -> tuple[Shares, dict[Caption, Direction]]:
    """The parts of each caption of a page, and where it looks; captions that see nothing are left out.

    `captions` are those that begin on the page, `habits` where captions of a kind look in this document as a rule.
    """
    views = {caption: _views(caption, around) for caption in captions}
    seeing = [caption for caption in captions if views[caption]]
    total = sum(part.box.area for part in around.parts if part.kind == "picture") or 1.0
    best: tuple[float, Shares, dict[Caption, Direction]] = (0.0, {}, {})
    for directions in _choices([_options(caption, views[caption]) for caption in seeing]):
        looks = {caption: direction for caption, direction in zip(seeing, directions, strict=True) if direction}
        shares = _share_out({caption: views[caption].get(direction, {}) for caption, direction in looks.items()})
        score = _score(shares, looks, views, habits, total)
        if score > best[0]:
            best = score, shares, looks
    _, shares, looks = best
    return shares, {caption: looks[caption] for caption in shares}


def usual_directions(looks: Iterable[tuple[Caption, Direction]]) -> Habits:
    """Where most captions of each kind look."""
    counts: dict[Kind, Counter[Direction]] = {}
    for caption, direction in looks:
        counts.setdefault(caption.kind, Counter())[direction] += 1
    return {kind: directions.most_common(1)[0][0] for kind, directions in counts.items()}


def _options(caption: Caption, views: Iterable[Direction]) -> list[Direction | None]:
    """Where a caption may look. One of a table whose rows were not seen as one would take a figure; it need not."""
    return [*views] if caption.kind == "figure" else [*views, None]


def _choices(options: Sequence[Sequence[Direction | None]]) -> Iterable[tuple[Direction | None, ...]]:
    if prod(map(len, options)) <= _MOST_CHOICES:
        return product(*options)
    return [(direction,) * len(options) for direction in _DIRECTIONS]


def _views(caption: Caption, around: Surroundings) -> dict[Direction, _View]:
    own = caption.lines[around.page.number]
    hiding = [line.box for line in (*around.running, *around.captions) if line not in own]
    views = {direction: _view(direction, caption.box, around.parts, hiding) for direction in _DIRECTIONS}
    views = {direction: view | dict(_astride(view, caption.box)) for direction, view in views.items()}
    return {direction: view for direction, view in views.items() if any(s.facing > _FACING for s in view.values())}


def _view(direction: Direction, box: Box, parts: Iterable[Part], hiding: Sequence[Box]) -> _View:
    seen = {}
    for part in parts:
        between, gap, facing = _between(direction, box, part.box)
        if gap >= -_TOUCH and not any(_hides(obstacle, between) for obstacle in hiding):
            seen[part] = _Sight(between, max(gap, 0.0), facing)
    return seen


def _astride(view: _View, box: Box) -> Iterator[tuple[Part, _Sight]]:
    """Where a caption faces nothing: parts side by side that a short caption stands in the middle of."""
    if any(sight.facing > _FACING for sight in view.values()):
        return
    for left, right in permutations(view, 2):
        level = left.box.gap_down(right.box) < -min(left.box.height, right.box.height) / 2
        middle = (left.box.x1 + right.box.x0) / 2
        near = 0 <= right.box.x0 - left.box.x1 <= max(_BESIDE, box.width + _BESIDE)
        if level and near and abs(box.middle[0] - middle) <= _OFF_CENTRE:
            for part in (left, right):
                yield part, replace(view[part], facing=2 * _FACING)


def _between(direction: Direction, box: Box, part: Box) -> tuple[Box, float, float]:
    """What lies between a caption's box and a part, the gap, and how much of them faces the other."""
    if direction in {"above", "below"}:
        facing = -box.gap_across(part) / max(min(box.width, part.width), 1.0)
        upper, lower = (part, box) if direction == "above" else (box, part)
        return Box(part.x0, upper.y1, part.x1, lower.y0), lower.y0 - upper.y1, max(facing, 0.0)
    facing = -box.gap_down(part) / max(min(box.height, part.height), 1.0)
    left, right = (part, box) if direction == "left" else (box, part)
    return Box(left.x1, part.y0, right.x0, part.y1), right.x0 - left.x1, max(facing, 0.0)


def _hides(obstacle: Box, between: Box) -> bool:
    common = obstacle.common(between)
    return (
        common.width > min(obstacle.width, between.width) / 3
        and common.height > min(obstacle.height, between.height) / 2
        and common.area > 0
    )


def _share_out(views: Mapping[Caption, _View]) -> Shares:
    """Every part to the caption that sees it best, the parts that none faces to the figure that they stand beside."""
    owner: dict[Part, Caption] = {}
    wanted = {caption: _wanted(caption, view) for caption, view in views.items()}
    claims = [
        (sight.cost, caption, part)
        for caption, view in wanted.items()
        for part, sight in view.items()
        if sight.facing > _FACING
    ]
    for _, caption, part in sorted(claims, key=lambda claim: claim[0]):
        between = wanted[caption][part].between
        if part not in owner and not any(
            holder is not caption and _hides(other.box, between) for other, holder in owner.items()
        ):
            owner[part] = caption
    shares: Shares = {}
    for part, caption in owner.items():
        shares.setdefault(caption, []).append(part)
    while gaps := sorted(_beside(shares, wanted, views), key=lambda found: found[0])[:1]:
        _, caption, part = gaps[0]
        shares[caption].append(part)
    return shares


def _beside(
    shares: Shares, wanted: Mapping[Caption, _View], captions: Iterable[Caption]
) -> Iterator[tuple[float, Caption, Part]]:
    """Parts that no caption faces and the figures near them, with the distance. No figure holds another caption."""
    taken = {part for parts in shares.values() for part in parts}
    for caption, parts in shares.items():
        for part in wanted[caption]:
            if part not in taken and (caption.kind == "figure") == (part.kind in {"picture", "diagram"}):
                around = hull(own.box for own in (*parts, part))
                if any(around.holds(other.box, 0.5) for other in captions if other is not caption):
                    continue
                for own in parts:
                    level = part.box.gap_down(own.box) < -min(part.box.height, own.box.height) / 2
                    distance = part.box.distance(own.box)
                    if distance <= (_BESIDE if level else _OVER):
                        yield distance, caption, part


def _wanted(caption: Caption, view: _View) -> _View:
    """Of what a caption sees, what it may name, or else all."""
    named = {part: sight for part, sight in view.items() if _GAINS[caption.kind, part.kind] > _LITTLE}
    return named if any(sight.facing > _FACING for sight in named.values()) else view


def _score(
    shares: Shares,
    looks: Mapping[Caption, Direction],
    views: Mapping[Caption, Mapping[Direction, _View]],
    habits: Habits,
    total: float,
) -> float:
    score = 0.0
    for caption, parts in shares.items():
        direction = looks[caption]
        view = views[caption][direction]
        score += max(_GAINS[caption.kind, part.kind] for part in parts)
        if caption.kind == "figure":
            score += _ALL_PICTURES * sum(part.box.area for part in parts if part.kind == "picture") / total
        score -= min(_LONGEST_GAP, *(view[part].gap for part in parts)) / _GAP
        score += _HABIT * (habits.get(caption.kind) == direction) - _SIDEWAYS * (direction in {"left", "right"})
    return score
