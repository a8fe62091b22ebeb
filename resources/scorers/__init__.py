"""Models that measure captions: CLIP and masked language models."""
