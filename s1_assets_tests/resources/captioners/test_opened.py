"""Settings to captioners: what cannot work says so before any engine starts."""

from dataclasses import replace
from importlib.util import find_spec

import pytest

from resources.captioners.model import ModelFacts
from resources.captioners.opened import EngineSettings, deciding, most_pixels, open_captioner
from s1_assets.settings import PROJECT

ENDPOINT = EngineSettings(
    kind="openai",
    model=str(PROJECT / "samples/models/captioner"),
    tensor_parallel=None,
    data_parallel=None,
    endpoints=("http://127.0.0.1:8000",),
    arguments={},
    prompt="brief",
    image_folder=None,
)
needs_transformers = pytest.mark.skipif(not find_spec("transformers"), reason="./install.sh cpu brings transformers")


@pytest.mark.skipif(bool(find_spec("transformers")), reason="transformers is installed")
def test_an_engine_without_its_packages_says_how_to_install_them():
    with pytest.raises(ValueError, match=r"needs transformers.*install\.sh gpu"):
        open_captioner(ENDPOINT, print)


@needs_transformers
def test_endpoints_must_be_named():
    with pytest.raises(ValueError, match="S1_ENDPOINTS"):
        open_captioner(replace(ENDPOINT, endpoints=()), print)


@needs_transformers
def test_a_prompt_that_does_not_exist_is_told_with_those_that_do():
    with pytest.raises(ValueError, match="brief, figure"):
        open_captioner(replace(ENDPOINT, prompt="long"), print)


@needs_transformers
def test_a_captioner_opens_without_its_engine_and_names_all_that_decides_a_caption():
    identity = open_captioner(ENDPOINT, print).identity
    assert identity["model"] == "captioner"
    assert len(identity["revision"]) == 64
    assert identity["prompt"].startswith("brief-")
    assert open_captioner(replace(ENDPOINT, prompt="figure"), print).identity != identity
    assert open_captioner(replace(ENDPOINT, arguments={"quantization": "fp8"}), print).identity != identity


@pytest.mark.parametrize(
    ("arguments", "pixels"),
    [
        ({}, 3_000_000),
        ({"mm_processor_kwargs": None}, 3_000_000),
        ({"mm_processor_kwargs": {"max_pixels": 1_000_000}}, 1_000_000),
        ({"mm_processor_kwargs": {"size": {"shortest_edge": 1024, "longest_edge": 500_000}}}, 500_000),
        ({"mm_processor_kwargs": {"images_kwargs": {"size": {"longest_edge": 400_000}}}}, 400_000),
        ({"mm_processor_kwargs": {"images_kwargs": {"max_pixels": 300_000}}}, 300_000),
        ({"mm_processor_kwargs": {"max_pixels": 200_000, "images_kwargs": {"max_pixels": 300_000}}}, 300_000),
    ],
)
def test_the_limit_of_pixels_is_read_in_every_spelling(arguments, pixels):
    facts = ModelFacts("m", None, 0, 8192, 0, (65_536, 3_000_000))
    assert most_pixels(facts, arguments) == pixels


def test_every_argument_of_the_engine_decides_a_caption_whatever_its_order():
    given = {"dtype": "float16", "hf_overrides": {"b": 1, "a": 2}}
    turned = {"hf_overrides": {"a": 2, "b": 1}, "dtype": "float16"}
    assert deciding(5000, 1024, given) == deciding(5000, 1024, turned)
    others = [(5001, 1024, given), (5000, 1025, given), (5000, 1024, {}), (5000, 1024, given | {"dtype": "float32"})]
    assert all(deciding(*other) != deciding(5000, 1024, given) for other in others)
