"""What a failure is told as: its cause, and not Dagster's wrapping."""

import pytest
from dagster._utils.error import SerializableErrorInfo

from s1_assets.step_failure import cause


@pytest.mark.parametrize(
    "wrapping", ["DagsterExecutionStepExecutionError", "SensorExecutionError", "ScheduleExecutionError"]
)
def test_what_was_raised_in_a_step_a_sensor_or_a_schedule_is_told_without_its_wrapping(wrapping):
    raised = SerializableErrorInfo("no route to\nhost", [], "ConnectError")
    wrapped = SerializableErrorInfo("Error occurred while executing", [], wrapping, cause=raised)
    assert cause(wrapped) == cause(raised) == "no route to host"
