"""The sample papers by source, a folder each: paper.toml (metadata), source/ (files), pictures.py (draws the rest)."""
