"""The outside world, one module per system: lake, workers, sources, captioners, publishers, catalog."""
