"""What a live source has that is new: the answer that sensors work from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Changes:
    """What changed: canonical paper ids by month, the watermark to ask from next, and whether there is more by now."""

    months: dict[str, list[str]]
    watermark: str
    complete: bool
