"""What a failed step raised."""

import re
from typing import Any


def cause(error: Any) -> str:
    """The message of what a step raised, on one line and out of Dagster's wrapping."""
    while error.cause and error.cls_name == "DagsterExecutionStepExecutionError":
        error = error.cause
    return re.sub(r"\s+", " ", str(error.message)).strip()
