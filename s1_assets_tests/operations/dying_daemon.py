"""A Dagster daemon that is killed by itself when a sensor's runs are made and its cursor is about to be saved.

DIES_IN=<sensor> python -m s1_assets_tests.operations.dying_daemon run -w workspace.yaml
"""

import os
import signal

import dagster as dg
from dagster._core.scheduler.instigation import InstigatorState
from dagster._daemon.cli import main

SENSOR = os.environ["DIES_IN"]
save = dg.DagsterInstance.update_instigator_state


def save_or_die(instance: dg.DagsterInstance, state: InstigatorState) -> InstigatorState:
    """Stands for the method of the instance."""
    if state.instigator_name == SENSOR and _moves(instance, state) and _has_asked(instance):
        os.kill(os.getpid(), signal.SIGKILL)
    return save(instance, state)


def _moves(instance: dg.DagsterInstance, state: InstigatorState) -> bool:
    before = instance.get_instigator_state(state.instigator_origin_id, state.selector_id)
    return before is not None and before.instigator_data.cursor != state.instigator_data.cursor


def _has_asked(instance: dg.DagsterInstance) -> bool:
    return bool(instance.get_runs(dg.RunsFilter(tags={"dagster/sensor_name": SENSOR}), limit=1))


if __name__ == "__main__":
    dg.DagsterInstance.update_instigator_state = save_or_die
    main()
