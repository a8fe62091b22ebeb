"""A message as the alert channels get it."""

from s1_assets.alerts.messages import Message, News

ENTRY = News(
    "check_failed",
    "figure_pairs.images_decode",
    "arxiv",
    "arxiv 2024-05",
    "3 of 200 images do not open",
    "3",
    "<= 0 images",
    "run-1",
    {"run": "http://ui/runs/run-1"},
)
MESSAGE = Message("0a1b", "check_failed", "Check failed: figure_pairs.images_decode", "", 12, (ENTRY,))
