"""GPU-days and cost, on cases that paper and pencil can follow, and how a rate is measured."""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import pytest

from s1_assets import plan_command
from s1_assets.captioning.calibration import Measured, measure, sample_requests
from s1_assets.captioning.extractive import ExtractiveCaptioner
from s1_assets.captioning.plan import Plan, Rate
from s1_assets.captioning.request import CaptionRequest, CaptionResult, Status
from s1_assets.settings import PROJECT, Settings
from s1_assets.tables import CONTEXT_BUNDLES
from s1_assets_tests.line import Line
from samples.demo import CELLS


def test_a_gpu_that_does_one_pair_a_second_does_a_days_seconds_of_pairs_a_day() -> None:
    plan = Plan(pairs=86_400 * 16, gpus=8, rate=Rate(1.0, 3000, 200), price=2.0)
    assert (plan.pairs_per_second, plan.gpu_days, plan.wall_days) == (8.0, 16.0, 2.0)
    assert plan.cost == 16 * 24 * 2.0
    assert dict(plan.rows()) == {
        "pairs": "1,382,400",
        "GPUs": "8",
        "pairs/s/GPU": "1",
        "pairs/s": "8",
        "tokens/s in": "24,000",
        "tokens/s out": "1,600",
        "GPU-days": "16.0",
        "wall days": "2.0",
        "cost": "768 USD",
    }


def test_the_data_set_of_the_paper_at_two_and_a_half_pairs_a_second() -> None:
    plan = Plan(pairs=15_500_000, gpus=8, rate=Rate(2.5), price=2.5)
    assert plan.gpu_days == pytest.approx(71.76, abs=0.005)  # 6,200,000 s
    assert plan.wall_days == pytest.approx(8.97, abs=0.005)
    assert plan.cost == pytest.approx(4305.56, abs=0.005)


def test_what_was_not_measured_or_given_says_so() -> None:
    rows = dict(Plan(pairs=1, gpus=1, rate=Rate(1.0)).rows())
    assert (rows["tokens/s in"], rows["tokens/s out"], rows["cost"]) == (
        "not measured",
        "not measured",
        "no price given",
    )


@pytest.mark.parametrize(
    ("pairs", "gpus", "rate", "price", "name"),
    [
        (0, 8, 1.0, None, "PAIRS=0"),
        (1, 0, 1.0, None, "GPUS=0"),
        (1, 8, 0.0, None, "RATE=0"),
        (1, 8, float("nan"), None, "RATE=nan"),
        (1, 8, float("inf"), None, "RATE=inf"),
        (1, 8, 1.0, -1.0, "PRICE=-1"),
    ],
)
def test_what_cannot_be_planned_with_is_an_error(pairs, gpus, rate, price, name) -> None:
    with pytest.raises(ValueError, match=name):
        Plan(pairs, gpus, Rate(rate), price)


class Counting:
    """A captioner with a known pace: sleeps a while for each request and counts tokens by the request's number."""

    def __init__(self, failing: str = "", not_asked: str = ""):
        self.calls: list[list[str]] = []
        self._failing, self._not_asked = failing, not_asked

    @property
    def identity(self) -> Mapping[str, str]:
        return {"model": "counting"}

    def caption(self, requests: Iterable[CaptionRequest]) -> Iterator[CaptionResult]:
        self.calls.append([])
        for request in requests:
            self.calls[-1].append(request.pair_id)
            time.sleep(0.01)
            status = Status.FAILED if request.pair_id in self._failing else Status.ENHANCED
            tokens = None if request.pair_id in self._not_asked else 100 * int(request.pair_id)
            yield CaptionResult(
                *(request.pair_id, "text", None, None, (), status, None, 1, "counting", "1"),
                prompt_tokens=tokens,
                completion_tokens=tokens and tokens // 10,
            )


def some_requests(count: int) -> list[CaptionRequest]:
    one = CaptionRequest("", "p", b"", "png", "", "", "", None, None, "A pump.", None, (), ())
    return [replace(one, pair_id=str(number)) for number in range(count)]


def test_the_warm_up_is_neither_timed_nor_counted() -> None:
    captioner = Counting()
    measured = measure(captioner, some_requests(5), warm_up=2)
    assert captioner.calls == [["0", "1"], ["2", "3", "4"]]
    assert (measured.pairs, measured.failed) == (3, 0)
    assert (measured.prompt_tokens, measured.completion_tokens) == (300.0, 30.0)
    assert measured.seconds >= 3 * 0.01


def test_failures_are_counted_and_more_than_one_in_a_hundred_give_no_rate() -> None:
    measured = measure(Counting(failing="3"), some_requests(5), warm_up=1)
    assert (measured.failed, measured.prompt_tokens) == (1, (100 + 200 + 400) / 3)
    with pytest.raises(ValueError, match=r"1 of 4 pairs of the calibration failed, more than 1%.*status_detail"):
        measured.per_gpu(1)
    with pytest.raises(ValueError, match="2 of 199 pairs"):
        Measured(199, 25.0, 2, None, None).per_gpu(1)
    with pytest.raises(ValueError, match="2 pairs are too few"):
        measure(Counting(), some_requests(2), warm_up=2)


def test_a_measured_rate_is_shared_out_over_the_gpus_that_it_took() -> None:
    assert Measured(100, 25.0, 0, 3000.0, 150.0).per_gpu(8) == Rate(0.5, 3000.0, 150.0)


def test_failed_pairs_are_no_speed() -> None:
    assert Measured(200, 25.0, 2, 3000.0, 150.0).per_gpu(8) == Rate(0.99, 3000.0, 150.0)


def test_pairs_that_no_model_was_asked_for_count_in_the_mean_of_tokens_as_they_do_in_the_rate() -> None:
    measured = measure(Counting(not_asked="2"), some_requests(5), warm_up=1)
    assert (measured.pairs, measured.failed) == (4, 0)
    assert measured.prompt_tokens == (100 + 300 + 400) / 4


def test_calibration_takes_pairs_of_every_cell_and_keeps_neighbours_together(sample_line: Line) -> None:
    lake = sample_line.lake
    assert lake.cells(CONTEXT_BUNDLES) == sorted(CELLS)
    rows = {cell: [row["pair_id"] for row in lake.cell_rows(CONTEXT_BUNDLES, cell, ["pair_id"])] for cell in CELLS}
    total = sum(map(len, rows.values()))
    few = [request.pair_id for request in sample_requests(lake, len(CELLS))]
    assert few == [rows[cell][0] for cell in sorted(CELLS)]
    everything = [request.pair_id for request in sample_requests(lake, total + 5)]
    assert everything == [pair for cell in sorted(CELLS) for pair in rows[cell]]
    half = sample_requests(lake, total // 2)
    assert len({request.pair_id for request in half}) == total // 2
    assert measure(ExtractiveCaptioner(), half, warm_up=2).prompt_tokens is None


def plan(settings: Settings, *arguments: str) -> None:
    parser = argparse.ArgumentParser()
    plan_command.add_arguments(parser)
    plan_command.run(parser.parse_args(["--pairs", "1000", *arguments]), settings)


def test_the_command_measures_the_configured_captioner(sample_line: Line, capsys) -> None:
    plan(sample_line.settings, "--calibrate", "9", "--measured-gpus", "1")
    printed = " ".join(capsys.readouterr().out.split())
    assert "the rate is that of 9 pairs of the lake, 0 of them failed" in printed
    assert "S1_CAPTIONER=extractive on 1 GPU(s)" in printed
    assert "no more" not in printed
    assert "no caption is retried" not in printed
    assert "captions are retried, and GPUs wait, as often as in the calibration" in printed


def test_a_lake_with_too_few_pairs_is_said_to_stand_for_more(sample_line: Line, capsys) -> None:
    plan(sample_line.settings, "--calibrate", "100000", "--measured-gpus", "1")
    assert "pairs stand for 100,000: the lake has no more" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give either RATE=<pairs a second and GPU>, or CALIBRATE=<pairs>"),
        (("--rate", "1", "--calibrate", "9"), "give either RATE"),
        (("--calibrate", "9"), "S1_CAPTIONER=extractive runs on no GPU of this machine"),
        (("--calibrate", "-1", "--measured-gpus", "1"), "CALIBRATE=-1"),
        (("--calibrate", "9", "--measured-gpus", "1"), "has 0 pairs with context"),
        (("--rate", "0"), "RATE=0"),
    ],
)
def test_the_command_says_what_to_give(tmp_path, monkeypatch, arguments: tuple[str, ...], message: str) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    with pytest.raises(ValueError, match=re.escape(message)):
        plan(Settings.from_environment({"S1_LAKE": str(tmp_path / "lake")}), *arguments)


def test_gpus_behind_endpoints_have_to_be_told(tmp_path) -> None:
    with pytest.raises(ValueError, match="how many GPUs stand behind S1_ENDPOINTS"):
        plan(Settings.from_environment({"S1_CAPTIONER": "openai"}), "--calibrate", "9")


def run_plan(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "s1_assets", "plan", *arguments]
    environment = os.environ | {"COLUMNS": "200"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=PROJECT)


def test_the_command_line_prints_one_table_and_what_it_assumes() -> None:
    given = ("--rate", "2.5", "--price", "2.5", "--tokens-in", "3000", "--model", "owner/name")
    done = run_plan("--pairs", "15500000", *given)
    assert done.returncode == 0, done.stderr
    for expected in (
        "owner/name",
        "71.8",
        "4,306 USD",
        "60,000",
        "not measured",
        "the rate is as given, not measured",
        "no caption is retried",
    ):
        assert expected in done.stdout
    failed = run_plan("--pairs", "0", "--rate", "1")
    assert failed.returncode == 2
    assert failed.stderr.startswith("error: PAIRS=0")
