"""A small CLIP and a small masked language model that measure captions of drawn charts, and how they are trained."""

from pathlib import Path

MODELS = Path(__file__).resolve().parents[1] / "models"
# Where the repository keeps the trained checkpoints, with their cards.
CLIP = MODELS / "clip"
MASKED_LANGUAGE_MODEL = MODELS / "masked_language_model"
