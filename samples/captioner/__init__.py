"""A small Qwen3-VL that names what drawn charts show: the charts, their words, the model and how it is measured."""

from pathlib import Path

# Where the repository keeps the trained checkpoint, with its card.
FOLDER = Path(__file__).resolve().parents[1] / "models" / "captioner"
