"""The sample papers, one folder each: paper.toml (metadata), pictures.py (what is drawn), source/ (what is archived)."""
