"""The comparison of caption engines: its requests, its models, and what it prints of what it measured."""

import io
import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from benchmarks import captions
from benchmarks.caption_model import MODELS, TOKENIZER_FILES, cache_bytes, make_model
from benchmarks.caption_requests import FIGURES, PAPERS_A_PART, paper_rows, read_requests, write_papers
from benchmarks.caption_sides import (
    IN_PROCESS,
    MEASURED,
    MIXED,
    ORDERED,
    OVER_HTTP,
    OWN_FIRST,
    RAW,
    WARM_UP,
    Run,
    Trial,
)
from benchmarks.gpu_waiting import GpuWatch
from resources.captioners.model import Model
from resources.lake import Lake
from s1_assets.tables import CONTEXT_BUNDLES

TRIAL = Trial("/models/qwen3-vl-40m", 2, 96, {"load_format": "dummy"}, {"max_num_seqs": 4})
RUNS = [
    Run(RAW, 10, 18_000, 960, 80.0, 18_000, 6_000),
    Run(IN_PROCESS, 10, 18_000, 950, 82.5, 18_000, 6_000),
    Run(OVER_HTTP, 10, 18_000, 955, 87.0, 18_000, 5_940),
]
ORDERS = [
    Run(ORDERED, 10, 18_000, 10, 40.0, 18_000, 7_200),
    Run(MIXED, 10, 18_000, 10, 50.0, 18_000, 4_500),
    Run(OWN_FIRST, 10, 18_000, 10, 51.0, 18_000, 4_482),
]
CONTROL = ("<|im_end|>", "<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>")


def tokenizer(folder: Path, vocabulary: int = 3000, control: tuple[str, ...] = CONTROL) -> Path:
    """The files of a tokenizer whose control tokens follow its vocabulary."""
    folder.mkdir()
    added = [{"content": token, "id": vocabulary + number} for number, token in enumerate(control)]
    words = {f"w{number}": number for number in range(vocabulary)}
    (folder / "tokenizer.json").write_text(json.dumps({"added_tokens": added, "model": {"vocab": words}}))
    for file in TOKENIZER_FILES[1:]:
        (folder / file).write_text("{}")
    return folder


class TestRequests:
    def test_a_paper_is_the_same_whenever_it_is_made(self):
        assert paper_rows(MEASURED, 3) == paper_rows(MEASURED, 3)

    def test_papers_differ_and_so_do_those_for_the_warm_up(self):
        made = [*paper_rows(MEASURED, 0), *paper_rows(MEASURED, 1), *paper_rows(WARM_UP, 0)]
        assert len({context["abstract"] for _, context in made}) == 3
        assert len({pair["image_sha256"] for pair, _ in made}) == len(made)

    def test_a_cell_has_parts_and_its_requests_come_paper_by_paper(self, tmp_path):
        lake, papers = Lake(str(tmp_path)), PAPERS_A_PART + 1
        write_papers(lake, MEASURED, papers)
        requests = list(read_requests(lake, MEASURED))
        assert len(lake.parts(CONTEXT_BUNDLES, MEASURED)) == 2
        of_papers = [request.paper_id for request in requests]
        assert of_papers == sorted(of_papers)
        assert all(FIGURES[0] <= of_papers.count(paper) <= FIGURES[1] for paper in set(of_papers))
        assert len(set(of_papers)) == papers

    def test_the_figures_of_a_paper_share_title_and_abstract_and_cite_themselves(self, tmp_path):
        lake = Lake(str(tmp_path))
        write_papers(lake, MEASURED, 1)
        requests = list(read_requests(lake, MEASURED))
        assert len({(request.title, request.abstract) for request in requests}) == 1
        assert all(request.label in mention.text for request in requests for mention in request.mentions)
        for request in requests:
            assert Image.open(io.BytesIO(request.image)).format == request.image_format.upper()


class TestModels:
    @pytest.mark.parametrize(("name", "parameters"), [("qwen3-vl-40m", 43_730_688), ("qwen3-vl-8b", 8_767_123_696)])
    def test_the_index_states_the_bytes_of_the_configuration(self, name, parameters):
        torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
        config = transformers.AutoConfig.from_pretrained(MODELS / name)
        with torch.device("meta"):
            model = transformers.Qwen3VLForConditionalGeneration(config)
        assert model.num_parameters() == parameters
        assert Model(str(MODELS / name)).weight_bytes == 2 * parameters

    @pytest.mark.parametrize("name", ["qwen3-vl-40m", "qwen3-vl-8b"])
    def test_a_model_gets_the_tokenizer_and_the_numbers_of_its_control_tokens(self, tmp_path, name):
        make_model(name, tmp_path / "model", tokenizer(tmp_path / "tokenizer"))
        config = json.loads((tmp_path / "model/config.json").read_bytes())
        assert (config["image_token_id"], config["vision_end_token_id"]) == (3001, 3004)
        assert all((tmp_path / "model" / file).is_file() for file in TOKENIZER_FILES)
        assert Model(str(tmp_path / "model")).facts.max_length >= 8192

    def test_what_does_not_fit_is_refused(self, tmp_path):
        with pytest.raises(ValueError, match="holds no tokenizer"):
            make_model("qwen3-vl-40m", tmp_path / "a", tmp_path)
        with pytest.raises(ValueError, match="5005 tokens, and qwen3-vl-40m has room for 4096"):
            make_model("qwen3-vl-40m", tmp_path / "b", tokenizer(tmp_path / "large", vocabulary=5000))
        with pytest.raises(ValueError, match=r"has no <\|vision_end\|>, <\|vision_start\|>"):
            make_model("qwen3-vl-40m", tmp_path / "c", tokenizer(tmp_path / "text", control=CONTROL[:3]))

    def test_the_cache_of_a_token_is_keys_and_values_of_all_layers(self):
        assert cache_bytes(MODELS / "qwen3-vl-8b", 1) == 147_456


class TestReport:
    @pytest.fixture(autouse=True)
    def numbers(self, tmp_path, monkeypatch) -> Path:
        monkeypatch.setattr(captions, "NUMBERS", tmp_path / "bench/captions.json")
        return tmp_path / "bench/captions.json"

    def test_the_ratio_is_the_last_line(self, capsys):
        captions.report(TRIAL, RUNS, ORDERS, "2 CPU cores")
        *_, http, ratio = capsys.readouterr().out.splitlines()
        assert http == "over HTTP: 0.915"
        assert ratio == "ratio 0.960"

    def test_the_table_has_every_run_with_its_rates(self, capsys):
        captions.report(TRIAL, RUNS, ORDERS, "2 CPU cores")
        printed = capsys.readouterr().out
        cells = {line.split("│")[1].strip(): line.split("│")[2:-1] for line in printed.splitlines() if "│" in line}
        assert [cell.strip() for cell in cells[IN_PROCESS]] == [
            *("11.5", "0.960", "0.12", "82.5", "18,000", "950", "33.3%"),
        ]
        assert cells[f"prompts only, small cache: {MIXED}"][-1].strip() == "25.0%"
        assert len(cells) == len(RUNS) + len(ORDERS)

    def test_the_file_has_all_numbers(self, numbers, capsys):
        captions.report(TRIAL, RUNS, ORDERS, "2 CPU cores")
        read = json.loads(numbers.read_bytes())
        assert [run["of_raw"] for run in read["runs"]] == [
            1.0,
            pytest.approx(0.9596, abs=1e-4),
            pytest.approx(0.9147, abs=1e-4),
        ]
        assert [run["prefix_cache_hit_rate"] for run in read["orders"]] == [0.4, 0.25, 0.249]
        assert read["trial"]["model"] == "qwen3-vl-40m"

    def test_a_gpu_adds_how_long_it_waited(self, capsys):
        captions.report(TRIAL, [replace(run, gpu_waiting=0.04) for run in RUNS], ORDERS, "one GPU of 80 GiB")
        printed = capsys.readouterr().out
        assert "GPU waits" in printed
        assert printed.count("4.0%") == 3


def test_the_share_that_a_gpu_waits_is_what_nvidia_smi_leaves(tmp_path, monkeypatch):
    program = tmp_path / "nvidia-smi"
    said = tmp_path / "said"
    program.write_text(f"#!/bin/sh\nprintf '100\\n80\\n[N/A]\\n90\\n'\ntouch {said}\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1,2")
    with GpuWatch() as watch:
        while not said.exists():
            time.sleep(0.01)
    assert watch.waiting == pytest.approx(0.1)


def test_without_a_gpu_nothing_is_said_of_its_waiting(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    with GpuWatch() as watch:
        pass
    assert watch.waiting is None
