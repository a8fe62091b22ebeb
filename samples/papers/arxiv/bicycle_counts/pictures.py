"""Pictures of the bicycle counts: weekdays, hours, modes of transport and weather."""

from pathlib import Path

import numpy as np

from samples.drawing import BLUE, GREEN, GREY, INK, ORANGE, RED, chart, charts


def draw(folder: Path) -> None:
    """Draw the pictures of the paper into `folder`."""
    _days(folder / "plots/weekday counts.png")
    _hours(folder / "plots/hours.pdf")
    with chart(folder / "plots/modes.pdf", 3.2, 2.6) as axes:
        axes.pie(
            [31, 44, 17, 8],
            labels=["bicycle", "car", "on foot", "bus"],
            colors=[GREEN, GREY, BLUE, ORANGE],
            autopct="%.0f%%",
        )
    _weather(folder / "plots/weather.jpg")


def _days(path: Path) -> None:
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    commuters = np.array([900, 930, 940, 920, 860, 210, 120])
    leisure = np.array([310, 300, 320, 330, 390, 620, 500])
    with chart(path, 3.8, 2.6) as axes:
        axes.bar(days, commuters, color=BLUE, edgecolor=INK, label="commuters")
        axes.bar(days, leisure, bottom=commuters, color=ORANGE, edgecolor=INK, label="leisure")
        axes.set(ylabel="Crossings per day", ylim=(0, 1700))
        axes.legend(ncols=2, loc="upper left")


def _hours(path: Path) -> None:
    hour = np.arange(24)
    working = 10 + 190 * np.exp(-((hour - 8) ** 2) / 3) + 96 * np.exp(-((hour - 17) ** 2) / 6)
    sunday = 4 + 70 * np.exp(-((hour - 14) ** 2) / 18)
    with chart(path, 3.8, 2.6) as axes:
        axes.step(hour, working, where="mid", color=BLUE, label="working day")
        axes.step(hour, sunday, where="mid", color=RED, linestyle="--", label="Sunday")
        axes.set(xlabel="Hour", ylabel="Crossings per hour", xticks=range(0, 24, 4), ylim=(0, 250))
        axes.legend(loc="upper left")


def _weather(path: Path) -> None:
    """Daily crossings over rain and over temperature, two panels in one file."""
    rng = np.random.default_rng(99)
    rain = rng.exponential(3, 250)
    warm = rng.uniform(-5, 30, 250)
    daily = 1240 * np.where(rain > 5, 0.55, 1.0) + 4 * (warm - 12) + 60 * rng.standard_normal(250)
    with charts(path, 6.2, 2.6, columns=2) as (left, right):
        left.plot(rain, daily, ".", color=BLUE, markersize=4)
        left.axvline(5, color=GREY, linestyle="--")
        left.set(xlabel="Rain (mm)", ylabel="Crossings per day", ylim=(400, 1600), title="a")
        right.plot(warm[rain <= 5], daily[rain <= 5], ".", color=ORANGE, markersize=4)
        right.set(xlabel="Temperature (°C)", ylim=(400, 1600), title="b")
