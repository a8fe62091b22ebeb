"""One side of the comparison of caption engines, in a process of its own.

    python -m benchmarks.caption_sides SIDE TRIAL RUNS

TRIAL is a JSON file of a `Trial`; the runs are written to the file RUNS. A side starts its engine, answers the figures
of one paper to warm up, and then is timed on papers that it has not seen, so that of the prefix cache only the
instructions are warm.
"""

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import httpx

from benchmarks.caption_requests import read_requests, write_papers
from benchmarks.gpu_waiting import GpuWatch
from resources.captioners.opened import EngineSettings, model_in_use, open_captioner
from resources.captioners.reaper import Reaper
from resources.captioners.serve import server_command
from resources.captioners.sizing import local_machine
from resources.captioners.tokenizer import ModelTokens
from resources.captioners.vllm_engine import vllm_prompt, vllm_sampling
from resources.lake import Lake
from s1_assets.captioning.engine import Chat, Decoding
from s1_assets.captioning.journal import Journal
from s1_assets.captioning.produce import caption_parts
from s1_assets.captioning.prompts import load_prompt
from s1_assets.captioning.rewrite import RewritingCaptioner
from s1_assets.cells import Cell
from s1_assets.settings import Settings
from s1_assets.stage import Part, Stage, run_stage
from s1_assets.tables import CONTEXT_BUNDLES, ENHANCED_CAPTIONS

RAW, IN_PROCESS, OVER_HTTP = "raw vLLM", "caption stage, in process", "caption stage, over HTTP"
ORDERED, MIXED, OWN_FIRST = "paper by paper", "figures of all papers mixed", "figure's text before the paper's"
MEASURED, WARM_UP = Cell("arxiv", "2024-01"), Cell("arxiv", "2023-12")
START_SECONDS = 900.0  # a server that is not up after these will not come


@dataclass(frozen=True)
class Trial:
    """What all sides are given alike."""

    model: str  # folder
    papers: int
    answer_tokens: int  # at most, of each answer
    arguments: Mapping[str, Any]  # vLLM's, beside those that sizing recommends
    small_cache: Mapping[str, Any]  # the same for the runs that compare orders, in which only prompts are read

    @property
    def decodings(self) -> tuple[Decoding, ...]:
        """One greedy answer, and none after a rejected one."""
        return (Decoding(temperature=0.0, top_p=1.0, seed=0, max_tokens=self.answer_tokens),)

    def engine(self, kind: str, *endpoints: str) -> EngineSettings:
        """One replica; LLM.generate has no more."""
        return EngineSettings(kind, self.model, 1, 1, endpoints, self.arguments, prompt="figure", image_folder=None)


@dataclass(frozen=True)
class Run:
    """What was measured of the answers to the same requests. Tokens are the engine's own counts."""

    name: str
    requests: int
    prompt_tokens: int
    generated_tokens: int
    seconds: float
    cache_queries: float  # prompt tokens looked up in the prefix cache
    cache_hits: float
    gpu_waiting: float | None = None  # share of the time; None without a GPU


class RawEngine:
    """vLLM's `LLM`, which gets all prompts at once, ready made and with open images."""

    def __init__(self, trial: Trial, lake: Lake, arguments: Mapping[str, Any]):
        from vllm import LLM

        settings = replace(trial.engine("vllm"), arguments=arguments)
        self._in_use, started_with = model_in_use(settings, trial.decodings)
        self._lake, self._tokens = lake, ModelTokens(trial.model)
        self.llm = LLM(**started_with, disable_log_stats=False)
        self._core, self._reaper = self.llm.llm_engine.engine_core, Reaper()
        self._reaper.guard(process.pid for process in self._core.resources.engine_manager.processes)

    def close(self) -> None:
        """Ends the engine's processes, for which this one would wait for ever."""
        self._core.shutdown()
        self._reaper.reap()

    def chats(self, cell: Cell) -> list[Chat]:
        """What the caption stage asks of a cell, in its order."""
        prompt, room = load_prompt(), self._in_use.room
        return [prompt.write(request, self._in_use.tokens, room).chat for request in read_requests(self._lake, cell)]

    def run(self, name: str, chats: Sequence[Chat], decoding: Decoding) -> Run:
        """Answers all chats."""
        prompts: Any = [vllm_prompt(chat, self._tokens) for chat in chats]
        queries, hits = self._cache_counts()
        with GpuWatch() as watch:
            began = time.perf_counter()
            outputs = self.llm.generate(prompts, vllm_sampling(decoding), use_tqdm=False)
            seconds = time.perf_counter() - began
        queries_after, hits_after = self._cache_counts()
        return Run(
            name,
            requests=len(outputs),
            prompt_tokens=sum(len(output.prompt_token_ids) for output in outputs),
            generated_tokens=sum(len(output.outputs[0].token_ids) for output in outputs),
            seconds=seconds,
            cache_queries=queries_after - queries,
            cache_hits=hits_after - hits,
            gpu_waiting=watch.waiting,
        )

    def _cache_counts(self) -> tuple[float, float]:
        counts = {metric.name: metric.value for metric in self.llm.get_metrics() if hasattr(metric, "value")}
        return counts["vllm:prefix_cache_queries"], counts["vllm:prefix_cache_hits"]


def raw(trial: Trial, lake: Lake) -> list[Run]:
    """LLM.generate on all prompts at once."""
    (decoding,) = trial.decodings
    with closing(RawEngine(trial, lake, trial.arguments)) as engine:
        engine.run("warm-up", engine.chats(WARM_UP), decoding)
        return [engine.run(RAW, engine.chats(MEASURED), decoding)]


def orders(trial: Trial, lake: Lake) -> list[Run]:
    """The same prompts in the stage's order and in two others, with a cache that holds few of them."""
    decoding = replace(trial.decodings[0], max_tokens=1)
    runs = []
    with closing(RawEngine(trial, lake, trial.small_cache)) as engine:
        engine.run("warm-up", engine.chats(WARM_UP), decoding)
        chats = engine.chats(MEASURED)
        variants = {
            ORDERED: chats,
            MIXED: Random(0).sample(chats, len(chats)),
            OWN_FIRST: [replace(chat, shared=chat.own, own=chat.shared) for chat in chats],
        }
        for name, variant in variants.items():
            engine.llm.reset_prefix_cache()
            runs.append(engine.run(name, variant, decoding))
    return runs


def in_process(trial: Trial, lake: Lake) -> list[Run]:
    """The caption stage with the engine in its process."""
    captioner = open_captioner(trial.engine("vllm"), _tell, trial.decodings)
    return [_stage_run(IN_PROCESS, captioner, lake)]


def over_http(trial: Trial, lake: Lake) -> list[Run]:
    """The caption stage with a server on this machine, as `make serve` starts it."""
    with serving(trial) as url:
        captioner = open_captioner(trial.engine("openai", url), _tell, trial.decodings)
        return [_stage_run(OVER_HTTP, captioner, lake)]


SIDES = {"raw": raw, "in_process": in_process, "over_http": over_http, "orders": orders}


def _stage_run(name: str, captioner: RewritingCaptioner, lake: Lake) -> Run:
    stage = Stage(ENHANCED_CAPTIONS, version="1", side_tables=(), config=captioner.identity)
    _run_stage(stage, captioner, lake, WARM_UP)
    before = captioner.statistics()
    with GpuWatch() as watch:
        began = time.perf_counter()
        _run_stage(stage, captioner, lake, MEASURED)
        seconds = time.perf_counter() - began
    after = captioner.statistics()
    rows = list(lake.cell_rows(ENHANCED_CAPTIONS, MEASURED))
    failed = [row for row in rows if row["status"] == "failed"]
    if failed:
        raise RuntimeError(f"{len(failed)} of {len(rows)} requests failed, such as {failed[0]['status_detail']}")
    return Run(
        name,
        requests=len(rows),
        prompt_tokens=sum(row["prompt_tokens"] for row in rows),
        generated_tokens=sum(row["completion_tokens"] for row in rows),
        seconds=seconds,
        cache_queries=after["prefix_cache_queries"] - before["prefix_cache_queries"],
        cache_hits=after["prefix_cache_hits"] - before["prefix_cache_hits"],
        gpu_waiting=watch.waiting,
    )


def _run_stage(stage: Stage, captioner: RewritingCaptioner, lake: Lake, cell: Cell) -> None:
    with tempfile.TemporaryDirectory(prefix="journal-") as folder:
        produce = caption_parts(lake, cell, captioner, Journal(Path(folder), cell))
        upstream = [Part.of(file) for file in lake.parts(CONTEXT_BUNDLES, cell)]
        run_stage(stage, lake, cell, upstream, produce=produce, log=_tell)


@contextmanager
def serving(trial: Trial) -> Iterator[str]:
    """The URL of a server with the trial's engine. Raises RuntimeError when it does not come up."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    chosen = {"S1_MODEL": trial.model, "S1_TENSOR_PARALLEL": "1", "S1_DATA_PARALLEL": "1"}
    settings = Settings.from_environment(chosen | {"S1_ENGINE": json.dumps(dict(trial.arguments))})
    command = server_command(settings, local_machine(), "127.0.0.1", port)
    server, reaper = subprocess.Popen(command, stdout=sys.stderr), Reaper()
    reaper.guard([server.pid])
    try:
        _wait_for(f"http://127.0.0.1:{port}", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(60)
        reaper.reap()


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            if httpx.get(f"{url}/health", timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    raise RuntimeError(f"the server did not come up (exit code {server.poll()}); its last words stand above")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Runs one side."""
    side, given, found = sys.argv[1:]
    trial = Trial(**json.loads(Path(given).read_bytes()))
    with tempfile.TemporaryDirectory(prefix="captions-") as folder:
        lake = Lake(folder)
        write_papers(lake, WARM_UP, 1)
        write_papers(lake, MEASURED, trial.papers)
        runs = SIDES[side](trial, lake)
    Path(found).write_text(json.dumps([asdict(run) for run in runs]))


if __name__ == "__main__":
    main()
