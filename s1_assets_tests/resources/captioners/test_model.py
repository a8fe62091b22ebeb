"""What S1_MODEL names, and what is read of the model's files."""

import json
import struct
from pathlib import Path

import pytest

from resources.captioners.model import INDEX, WHOLE_BYTES, Model, folder_digest

CONFIG = {"text_config": {"max_position_embeddings": 4096, "num_experts": 128}}
SIZE = {"size": {"shortest_edge": 1024, "longest_edge": 65_536}}


def safetensors(tensors: dict[str, int]) -> bytes:
    """A safetensors file of zeros: names and their bytes."""
    header, offset = {}, 0
    for name, length in tensors.items():
        header[name] = {"dtype": "U8", "shape": [length], "data_offsets": [offset, offset + length]}
        offset += length
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(offset)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text(json.dumps(CONFIG))
    (model / "preprocessor_config.json").write_text(json.dumps(SIZE))
    (model / "model.safetensors").write_bytes(safetensors({"a": 1000, "b": 24}))
    return model


def test_a_folder_is_read_from_its_own_files(folder):
    facts = Model.parse(str(folder)).facts
    assert facts.name == str(folder)
    assert facts.revision is None
    assert facts.weight_bytes == (folder / "model.safetensors").stat().st_size
    assert (facts.max_length, facts.experts, facts.pixels) == (4096, 128, (1024, 65_536))


def test_weights_are_the_shards_of_the_index_or_the_total_it_states(folder):
    (folder / "model-1.safetensors").write_bytes(bytes(300))
    (folder / "model-2.safetensors").write_bytes(bytes(500))
    index = {"metadata": {"total_size": 790}, "weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    (folder / INDEX).write_text(json.dumps(index))
    assert Model.parse(str(folder)).weight_bytes == 800  # what lies there, without the file outside the index
    (folder / "model-2.safetensors").unlink()
    assert Model.parse(str(folder)).weight_bytes == 790


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("config.json", "{", "config.json cannot be read"),
        ("config.json", "[]", "does not hold a JSON object"),
        ("config.json", "{}", "no usable max_position_embeddings"),
        (INDEX, '{"weight_map": {"a": "absent.safetensors"}}', "states no total_size"),
        ("config.json", None, "config.json cannot be read"),
        ("model.safetensors", None, "holds no weights"),
    ],
)
def test_a_broken_folder_is_an_error_that_names_the_file(folder, name, content, message):
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(content)
    with pytest.raises(ValueError, match=message):
        _ = Model.parse(str(folder)).facts


@pytest.mark.parametrize("text", ["", "@main", "no-owner", "a/b/c", "owner/name@", "owner/na me", "/no/such/folder"])
def test_what_is_neither_folder_nor_hub_id_is_an_error(text):
    with pytest.raises(ValueError, match="neither a folder on this machine nor a hub id"):
        Model.parse(text)


def test_only_models_of_the_hub_have_revisions(folder):
    assert Model.parse("owner/name@v1.0") == Model("owner/name", "v1.0")
    assert Model.parse("owner/name") == Model("owner/name")
    with pytest.raises(ValueError, match="only models of the hub have revisions"):
        Model.parse(f"{folder}@main")


def test_the_digest_follows_what_engines_read_and_nothing_else(folder):
    first = folder_digest(folder)
    (folder / "README.md").write_text("a card")
    (folder / ".cache").mkdir()
    assert folder_digest(folder) == first
    weights = bytearray((folder / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (folder / "model.safetensors").write_bytes(weights)
    second = folder_digest(folder)
    (folder / "model.safetensors").rename(folder / "other.safetensors")
    assert len({first, second, folder_digest(folder)}) == 3


def test_large_weights_are_told_apart_by_size_header_and_pieces_of_their_content(folder):
    length = WHOLE_BYTES + (1 << 20)
    path = folder / "model.safetensors"
    path.write_bytes(safetensors({"a": length}))
    digests = [folder_digest(folder)]
    path.write_bytes(safetensors({"b": length}))  # another header
    digests.append(folder_digest(folder))
    with path.open("r+b") as file:  # a changed layer in the middle
        file.seek(length // 2)
        file.write(b"\1" * (2 << 20))
    digests.append(folder_digest(folder))
    with path.open("ab") as file:
        file.write(b"\0")
    digests.append(folder_digest(folder))
    assert len(set(digests)) == 4


def test_an_empty_folder_is_no_model(tmp_path):
    with pytest.raises(ValueError, match="holds no model"):
        folder_digest(tmp_path)


COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub_cache(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub cache with the model as owner/name, out of reach of any network."""
    reason = "models of the hub are read with the gpu or cpu packages only"
    constants = pytest.importorskip("huggingface_hub.constants", reason=reason)
    cache = tmp_path / "hub"
    snapshot = cache / "models--owner--name" / "snapshots" / COMMIT
    snapshot.parent.mkdir(parents=True)
    folder.rename(snapshot)
    (cache / "models--owner--name" / "refs").mkdir()
    (cache / "models--owner--name" / "refs" / "main").write_text(COMMIT)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    return snapshot


def test_a_cached_model_of_the_hub_is_read_without_a_network(hub_cache):
    facts = Model.parse("owner/name").facts
    assert (facts.name, facts.revision) == ("owner/name", COMMIT)
    assert facts.weight_bytes == (hub_cache / "model.safetensors").stat().st_size
    assert Model.parse(f"owner/name@{COMMIT}").revision == COMMIT


def test_a_cached_index_is_enough_to_size_a_model(hub_cache):
    (hub_cache / "model.safetensors").unlink()
    (hub_cache / INDEX).write_text(json.dumps({"metadata": {"total_size": 17_534_247_392}, "weight_map": {}}))
    assert Model.parse("owner/name").weight_bytes == 17_534_247_392


def test_a_model_out_of_reach_is_an_error_that_says_what_to_do(hub_cache):
    with pytest.raises(ValueError, match=r"other/name.*set S1_MODEL to a folder"):
        _ = Model.parse("other/name").facts
    (hub_cache / "model.safetensors").unlink()
    with pytest.raises(ValueError, match="nor to be had from the Hugging Face hub"):
        _ = Model.parse("owner/name").weight_bytes
