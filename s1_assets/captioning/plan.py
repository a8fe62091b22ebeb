"""What it takes to caption a number of pairs: time, tokens and money, from the rate of one GPU. Arithmetic only."""

from dataclasses import dataclass

DAY = 86_400  # seconds
HOUR = 3600


@dataclass(frozen=True)
class Rate:
    """What one GPU does: pairs a second, and tokens read and written a pair (None where nobody measured them)."""

    pairs_per_second: float
    prompt_tokens: float | None = None
    completion_tokens: float | None = None


@dataclass(frozen=True)
class Plan:
    """`pairs` captioned by `gpus` GPUs that each keep up `rate`; `price` is in USD per GPU-hour.

    GPUs are taken to add up, as replicas do that share nothing.
    """

    pairs: int
    gpus: int
    rate: Rate
    price: float | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot be planned with."""
        if self.pairs < 1 or self.gpus < 1:
            raise ValueError(f"PAIRS={self.pairs} and GPUS={self.gpus} must both be at least 1")
        if not 0 < self.rate.pairs_per_second < float("inf"):
            raise ValueError(f"RATE={self.rate.pairs_per_second:g} pairs/s/GPU must be a number above 0")
        if self.price is not None and not 0 <= self.price < float("inf"):
            raise ValueError(f"PRICE={self.price:g} USD per GPU-hour must be a number from 0 on")

    @property
    def pairs_per_second(self) -> float:
        """Of all GPUs together."""
        return self.rate.pairs_per_second * self.gpus

    @property
    def gpu_days(self) -> float:
        """Days that one GPU would take."""
        return self.pairs / self.rate.pairs_per_second / DAY

    @property
    def wall_days(self) -> float:
        """Days until the last pair is done."""
        return self.gpu_days / self.gpus

    @property
    def cost(self) -> float | None:
        """USD, or None without a price."""
        return None if self.price is None else self.gpu_days * DAY / HOUR * self.price

    def rows(self) -> list[tuple[str, str]]:
        """The plan as lines of a table: what, how much."""
        return [
            ("pairs", f"{self.pairs:,}"),
            ("GPUs", f"{self.gpus:,}"),
            ("pairs/s/GPU", f"{self.rate.pairs_per_second:,.3g}"),
            ("pairs/s", f"{self.pairs_per_second:,.3g}"),
            ("tokens/s in", self._tokens(self.rate.prompt_tokens)),
            ("tokens/s out", self._tokens(self.rate.completion_tokens)),
            ("GPU-days", f"{self.gpu_days:,.1f}"),
            ("wall days", f"{self.wall_days:,.1f}"),
            ("cost", "no price given" if self.cost is None else f"{self.cost:,.0f} USD"),
        ]

    def _tokens(self, each: float | None) -> str:
        return "not measured" if each is None else f"{self.pairs_per_second * each:,.0f}"
