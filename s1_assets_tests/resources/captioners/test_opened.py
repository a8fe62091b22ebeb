"""Settings to captioners: what cannot work says so before any engine starts."""

from dataclasses import replace
from importlib.util import find_spec

import pytest

from resources.captioners.opened import EngineSettings, open_captioner
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
    assert open_captioner(replace(ENDPOINT, arguments={"max_num_seqs": 4}), print).identity == identity
