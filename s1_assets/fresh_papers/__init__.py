"""Papers that sources posted or changed: a sensor a source that asks for their cells, and a schedule for last month's.

`seen.py` is plain Python; `watch.py` and `monthly.py` are what Dagster loads.
"""
