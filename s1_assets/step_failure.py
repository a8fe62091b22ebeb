"""What a failed step, sensor or schedule raised."""

import re
from typing import Any

_WRAPPINGS = {"DagsterExecutionStepExecutionError", "SensorExecutionError", "ScheduleExecutionError"}


def cause(error: Any) -> str:
    """The message of what was raised, on one line and out of Dagster's wrapping."""
    while error.cause and error.cls_name in _WRAPPINGS:
        error = error.cause
    return re.sub(r"\s+", " ", str(error.message)).strip()
