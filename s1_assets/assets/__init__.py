"""The line, one asset a file: each wires its stage to the lake and the outside world, and computes nothing itself."""

import warnings

import dagster as dg

# Backfill policies and partitioned checks are marked beta and preview in Dagster 1.13. We rely on both knowingly,
# and a run should not open with a page of warnings about it.
warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*`backfill_policy`.*")
warnings.filterwarnings("ignore", category=dg.PreviewWarning, message=".*partitions_def on an AssetCheckSpec.*")
