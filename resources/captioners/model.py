"""The model that a setting such as S1_MODEL names: its files, exactly which weights they hold, what sizing needs.

Nothing here loads a model. A hub id is read through `huggingface_hub`: from its cache, or with a request for the few
small files that are missing there.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

INDEX = "model.safetensors.index.json"
HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
READ_BY_ENGINES = {".json", ".jinja", ".txt", ".model", ".safetensors", ".bin"}
WHOLE_BYTES = 64 << 20  # files up to this size are hashed in full
SAMPLES, SAMPLE_BYTES = 64, 64 << 10


@dataclass(frozen=True)
class ModelFacts:
    """What sizing and engine arguments depend on."""

    name: str  # folder or hub id, as vLLM takes it
    revision: str | None  # commit on the hub; None for a folder
    weight_bytes: int  # as stored, so FP8 checkpoints count a byte a weight
    max_length: int  # tokens, prompt and answer together
    experts: int  # of a mixture-of-experts layer; 0 for a dense model
    pixels: tuple[int, int]  # fewest and most pixels that an image is scaled to


@dataclass(frozen=True)
class Model:
    """A folder, or a hub id with an optional revision; `parse` reads a setting, which errors name."""

    name: str
    asked_revision: str | None = None  # branch, tag or commit on the hub
    setting: str = "S1_MODEL"

    @classmethod
    def parse(cls, text: str, setting: str = "S1_MODEL") -> "Model":
        """The model that `text` names: a folder, `owner/name` or `owner/name@revision`; else raises ValueError."""
        if text and Path(text).expanduser().is_dir():
            return cls(str(Path(text).expanduser().absolute()), setting=setting)
        name, _, revision = text.partition("@")
        if name and Path(name).expanduser().is_dir():
            raise ValueError(f"{setting}={text!r}: {name} is a folder, and only models of the hub have revisions")
        if not HUB_ID.fullmatch(name) or (revision == "" and "@" in text):
            raise ValueError(
                f"{setting}={text!r} is neither a folder on this machine nor a hub id owner/name[@revision]"
            )
        return cls(name, revision or None, setting)

    @property
    def is_folder(self) -> bool:
        """Whether the files lie in a folder of the user's own; else on the hub."""
        return Path(self.name).is_absolute()

    @cached_property
    def facts(self) -> ModelFacts:
        """All that sizing needs. Raises ValueError where a file is missing, unreadable or out of reach."""
        text_config = self._config.get("text_config", self._config)
        try:
            max_length = int(text_config["max_position_embeddings"])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"S1_MODEL: config.json of {self.name} has no usable max_position_embeddings") from error
        return ModelFacts(
            name=self.name,
            revision=None if self.is_folder else self.revision,
            weight_bytes=self.weight_bytes,
            max_length=max_length,
            experts=int(text_config.get("num_experts") or 0),
            pixels=self._pixels(),
        )

    @cached_property
    def revision(self) -> str:
        """Which weights these are: the commit hash on the hub, or the SHA-256 of a folder (`folder_digest`)."""
        if not self.is_folder:
            return self._snapshot.name
        try:
            return folder_digest(Path(self.name))
        except (OSError, ValueError) as error:
            raise ValueError(f"{self.setting}={self.name!r} cannot be read: {error}") from error

    @cached_property
    def weight_bytes(self) -> int:
        """Bytes of all weights as stored.

        Sizes of the files where they are on this machine; else the total that the safetensors index states; else
        what the hub says of its files. Raises ValueError where there are no weights or the hub is out of reach.
        """
        index = self._snapshot / INDEX if self.is_folder else self._fetched(INDEX)
        if index and index.is_file():
            return _indexed_bytes(index)
        files = sorted(self._snapshot.glob("*.safetensors")) or sorted(self._snapshot.glob("pytorch_model*.bin"))
        size = sum(file.stat().st_size for file in files) or (0 if self.is_folder else self._hub_bytes())
        if not size:
            raise ValueError(f"{self.setting}={self.name!r} holds no weights (*.safetensors or pytorch_model*.bin)")
        return size

    @cached_property
    def _snapshot(self) -> Path:
        """The folder, or the one in the hub's cache that is named by the commit and holds what was fetched so far."""
        if self.is_folder:
            return Path(self.name)
        config = self._fetched("config.json")
        if config is None:
            raise ValueError(f"{self.setting}={self.name!r} has no config.json on the hub: it is no model to load")
        return config.parent

    @cached_property
    def _config(self) -> dict[str, Any]:
        return _read_json(self._snapshot / "config.json")

    def _fetched(self, file: str) -> Path | None:
        """A file of the hub in its cache, fetched when it is not there; None where the model has no such file."""
        try:
            from huggingface_hub import hf_hub_download
            from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError
        except ModuleNotFoundError as error:
            raise ValueError(
                f"{self.setting}={self.name!r} is no folder, and models of the hub need the packages of "
                "`./install.sh gpu` or `./install.sh cpu`"
            ) from error
        revision = self.asked_revision if file == "config.json" else self.revision
        try:
            return Path(hf_hub_download(self.name, file, revision=revision))
        except LocalEntryNotFoundError as error:
            if file != "config.json" and any(self._snapshot.glob("*.safetensors")):
                return None  # without a network, what a complete snapshot does not hold does not exist
            raise self._unreachable(file, error) from error
        except EntryNotFoundError:
            return None
        except (OSError, ValueError) as error:  # HTTP errors of the hub are OSErrors
            raise self._unreachable(file, error) from error

    def _hub_bytes(self) -> int:
        from httpx2 import HTTPError
        from huggingface_hub import HfApi

        try:
            found = HfApi().model_info(self.name, revision=self.revision, files_metadata=True)
        except (OSError, HTTPError) as error:
            raise self._unreachable("the list of files", error) from error
        return sum(file.size or 0 for file in found.siblings or () if file.rfilename.endswith(".safetensors"))

    def _unreachable(self, file: str, error: Exception) -> ValueError:
        return ValueError(
            f"{self.setting}={self.name!r}: {file} is neither on this machine nor to be had from the Hugging Face hub "
            f"({type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no detail'}). Check the name, "
            f"set HF_TOKEN for a gated model, or set {self.setting} to a folder that holds the model"
        )

    def _pixels(self) -> tuple[int, int]:
        """The image processor's own limits; what Qwen3-VL ships with where the model says nothing."""
        for name in ("preprocessor_config.json", "processor_config.json"):
            path = self._snapshot / name if self.is_folder else self._fetched(name)
            if path and path.is_file():
                read = _read_json(path)
                read = read.get("image_processor", read)
                size = read.get("size") or {}
                fewest = read.get("min_pixels") or size.get("shortest_edge")
                most = read.get("max_pixels") or size.get("longest_edge")
                if fewest and most:
                    return int(fewest), int(most)
        return 65_536, 16_777_216


def folder_digest(folder: Path) -> str:
    """SHA-256 over the names and contents of the files that an engine reads from a model's folder.

    Files up to 64 MiB count in full. Of larger ones, which are weights, it takes the size, the safetensors header and
    64 pieces of 64 KiB spread evenly over the file: 4 MiB a shard, so a few seconds for 235 GB. Training, merging
    an adapter or requantizing changes weights everywhere and is noticed; an edit of a few weights by hand may not be.
    Raises ValueError for a folder without such files.
    """
    files = sorted(path for path in folder.iterdir() if path.suffix in READ_BY_ENGINES and path.is_file())
    if not files:
        raise ValueError(f"{folder} holds no model: there are no {', '.join(sorted(READ_BY_ENGINES))} files in it")
    digest = hashlib.sha256()
    for path in files:
        size = path.stat().st_size
        digest.update(f"{path.name}\0{size}\0".encode())
        with path.open("rb") as file:
            for piece in [file.read()] if size <= WHOLE_BYTES else _pieces(file, size, path.suffix == ".safetensors"):
                digest.update(piece)
    return digest.hexdigest()


def _pieces(file: BinaryIO, size: int, safetensors: bool) -> Iterator[bytes]:
    if safetensors:  # eight bytes with the header's length, then the header: names, types, shapes, offsets
        yield file.read(min(int.from_bytes(file.read(8), "little"), WHOLE_BYTES))
    for number in range(SAMPLES):
        file.seek((size - SAMPLE_BYTES) * number // (SAMPLES - 1))
        yield file.read(SAMPLE_BYTES)


def _indexed_bytes(index: Path) -> int:
    read = _read_json(index)
    weight_map = read.get("weight_map")
    shards = {index.parent / str(name) for name in weight_map.values()} if isinstance(weight_map, dict) else set()
    if shards and all(shard.is_file() for shard in shards):
        return sum(shard.stat().st_size for shard in shards)
    try:
        return int(read["metadata"]["total_size"])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{index} states no total_size, and not all shards that it names are beside it") from error


def _read_json(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ValueError(f"S1_MODEL: {path} cannot be read: {error}") from error
    if not isinstance(read, dict):
        raise ValueError(f"S1_MODEL: {path} does not hold a JSON object")
    return read
