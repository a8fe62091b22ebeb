"""Failures that pass by themselves have their asset tried again, later and later; parts that are done stay."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from resources.configured import MirrorResource

RETRIES = 3  # after them the run fails, and another one goes on


@contextmanager
def tried_again(context: dg.AssetExecutionContext, mirror: MirrorResource, passing: type[Exception]) -> Iterator[None]:
    """Has Dagster try the asset again when such an error comes out, from `mirror.retry_seconds` on; no other is."""
    try:
        yield
    except passing as error:
        wait = mirror.retry_seconds * 2**context.retry_number * random.uniform(0.5, 1.5)  # noqa: S311
        raise dg.RetryRequested(max_retries=RETRIES, seconds_to_wait=wait) from error
