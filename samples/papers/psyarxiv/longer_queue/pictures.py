"""Pictures of the queue paper: the plan of the room and the choices."""

from pathlib import Path

from samples.drawing import BLUE, GREY, INK, ORANGE, arrow, box, chart, diagram


def draw(folder: Path) -> None:
    """Draw the pictures of the paper into `folder`."""
    with chart(folder / "room.pdf", 4.6, 2.0) as axes:
        diagram(axes, 12, 5)
        box(axes, (10.8, 3.8), "counter A", size=(2, 1))
        box(axes, (10.8, 1.2), "counter B", size=(2, 1))
        for row, helpers, colour in ((3.8, 4, BLUE), (1.2, 9, ORANGE)):
            places = [9.2 - 0.75 * number for number in range(helpers)]
            axes.plot(places, [row] * helpers, "o", color=colour, markersize=9)
        axes.text(0.4, 2.5, "door", ha="left", va="center", fontsize=8)
        arrow(axes, (1.4, 2.5), (2.4, 2.5))
    with chart(folder / "choices.pdf", 3.4, 2.6) as axes:
        share = [81, 34]
        errors = [4.1, 5.0]
        axes.bar(
            ["both still", "longer moves"], share, 0.6, yerr=errors, color=[GREY, ORANGE], edgecolor=INK, capsize=5
        )
        axes.set(ylabel="Joined the shorter queue (%)", ylim=(0, 100))
