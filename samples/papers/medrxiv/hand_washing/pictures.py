"""Pictures of the hand-washing trial: the way of the volunteers, and how long they washed."""

from pathlib import Path

from samples.drawing import BLUE, GREY, INK, arrow, box, chart, diagram

SECONDS = {"waltz": (21.2, 4.1), "march": (20.8, 3.8), "lullaby": (21.5, 4.4), "none": (9.1, 3.5)}


def draw(folder: Path) -> None:
    """Draw the pictures of the paper into `folder`."""
    with chart(folder / "fig1.png", 5.0, 2.8) as axes:
        diagram(axes, 11, 5.2)
        box(axes, (5.5, 4.5), "260 arrived", size=(3, 0.9))
        box(axes, (5.5, 2.7), "240 took part", size=(3, 0.9))
        box(axes, (9.3, 3.6), "20 would not hum", colour="#eeeeee", size=(3, 0.8))
        arrow(axes, (5.5, 4), (5.5, 3.2))
        arrow(axes, (5.5, 3.6), (7.7, 3.6))
        for number, song in enumerate(SECONDS):
            place = (1.5 + 2.65 * number, 0.8)
            box(axes, place, f"{song}: 60", colour="#eeeeee" if song == "none" else "#dbe9f6", size=(2.1, 0.9))
            arrow(axes, (5.5, 2.2), (place[0], 1.3))
    with chart(folder / "fig2.jpg", 3.6, 2.7) as axes:
        means, deviations = zip(*SECONDS.values(), strict=True)
        colours = [GREY if song == "none" else BLUE for song in SECONDS]
        axes.bar(list(SECONDS), means, yerr=deviations, color=colours, edgecolor=INK, capsize=4)
        axes.axhline(20, color=INK, linestyle="--", linewidth=0.8)
        axes.set(ylabel="Seconds of washing", ylim=(0, 30))
