"""Rewritten captions: what a captioner is asked, what it answers, and the captioner that needs no model."""
