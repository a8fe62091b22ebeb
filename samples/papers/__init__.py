"""The sample papers, a folder each: paper.toml (metadata), pictures.py (what is drawn), source/ (what is archived)."""
