"""Rows of quality_metrics that the tests of its numbers share."""

from s1_assets.tables import QUALITY_METRICS, Row

NOTHING = dict.fromkeys(QUALITY_METRICS.schema.names)


def metrics_row(**measured: object) -> Row:
    """A row in which only `measured` was measured."""
    return NOTHING | measured
