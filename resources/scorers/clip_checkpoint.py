"""What S1_CLIP and S1_CLIP_WEIGHTS name: an architecture and weights, checked, identified and loaded."""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from resources.scorers.clip_encoder import Encoder, device

TOKENIZER_FILE = "tokenizer_config.json"
TOKENIZER_FILES = ("*token*.json", "vocab.*", "merges.txt", "*.model")
WEIGHTS_FILES = {".pt", ".pth", ".bin", ".safetensors"}
_PREPROCESSING = ("mean", "std", "interpolation", "resize_mode")


@dataclass(frozen=True)
class Architecture:
    """A model that open_clip can make."""

    asked: str  # S1_CLIP
    name: str  # in open_clip's registry
    preprocessing: Mapping[str, Any]  # of a configuration file: mean, std, interpolation, resize_mode
    identity: str  # the name, or the SHA-256 of a configuration file


@dataclass(frozen=True)
class Checkpoint:
    """An architecture and its weights, which are one of open_clip's tags or a file."""

    architecture: Architecture
    weights: str | Path

    @classmethod
    def of(cls, architecture: str, weights: str) -> "Checkpoint":
        """What S1_CLIP and S1_CLIP_WEIGHTS say, without loading it.

        Raises ValueError, which names the setting, where open_clip is not installed, does not know the name or the tag,
        or the file is not there or not what it should be.
        """
        try:
            import open_clip  # noqa: F401
        except ModuleNotFoundError as error:
            raise ValueError(
                f"S1_CLIP_WEIGHTS={weights!r} needs {error.name}, which is not installed: run ./install.sh gpu (or cpu)"
            ) from error
        found = _described(Path(architecture)) if architecture.endswith(".json") else _named(architecture)
        return cls(found, _weights(weights, found))

    @cached_property
    def identity(self) -> dict[str, str]:
        """Names; of files the SHA-256, for which a file of weights is read to its end once."""
        if not isinstance(self.weights, Path):
            return {"architecture": self.architecture.identity, "weights": self.weights}
        with self.weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"architecture": self.architecture.identity, "weights": f"sha256:{digest}"}

    def load(self) -> Encoder:
        """The model on its device. Raises ValueError for weights that cannot be fetched, read or fitted in."""
        import open_clip

        name, tag_or_file = self.architecture.name, str(self.weights)
        # Weights of a tag may want another activation than the architecture of this name has: OpenAI's of ViT-B-32 do.
        tagged = {} if isinstance(self.weights, Path) else open_clip.get_pretrained_cfg(name, tag_or_file)
        try:
            model, preprocess = open_clip.create_model_from_pretrained(
                name,
                tag_or_file,
                device=device(),
                force_quick_gelu=bool(tagged.get("quick_gelu")),
                **{f"image_{key}": value for key, value in self.architecture.preprocessing.items()},
            )
        except Exception as error:
            raise ValueError(
                f"S1_CLIP_WEIGHTS={tag_or_file!r} cannot be loaded as S1_CLIP={self.architecture.asked!r}: {error}"
            ) from error
        try:
            return Encoder(model.eval(), preprocess, open_clip.get_tokenizer(name))
        except (OSError, ValueError) as error:
            raise ValueError(f"S1_CLIP={self.architecture.asked!r}: its tokenizer cannot be used: {error}") from error


def _named(name: str) -> Architecture:
    import open_clip

    known = open_clip.list_models()
    registered = name.replace("/", "-")  # ViT-B/32, as OpenAI writes it
    if registered not in known:
        close = ", ".join(get_close_matches(registered, known, 5)) or "open_clip.list_models() has them all"
        raise ValueError(
            f"S1_CLIP={name!r} is no architecture that open_clip knows ({close}) and no path of a .json file"
        )
    return Architecture(name, registered, {}, registered)


def _described(path: Path) -> Architecture:
    """An architecture by its file: open_clip's own kind (model_configs/*.json), or one beside weights on the hub.

    The latter also says how images are prepared. A tokenizer beside the file is taken for the one that it names.
    """
    import open_clip

    path = path.expanduser().absolute()
    try:
        content = path.read_bytes()
        read = json.loads(content)
        model = read.get("model_cfg", read)
        missing = {"embed_dim", "vision_cfg", "text_cfg"} - model.keys()
    except (OSError, ValueError, AttributeError) as error:
        raise ValueError(f"S1_CLIP={str(path)!r} cannot be read as a configuration of open_clip: {error}") from error
    if missing:
        raise ValueError(f"S1_CLIP={str(path)!r} has no {', '.join(sorted(missing))}: no configuration of open_clip")
    digest = hashlib.sha256(content).hexdigest()
    if model["text_cfg"].get("hf_tokenizer_name") and (path.parent / TOKENIZER_FILE).is_file():
        model["text_cfg"]["hf_tokenizer_name"] = str(path.parent)
        digest = _with_files(digest, path.parent)
    name = f"s1-{digest[:16]}"  # a name of its own: open_clip keeps one registry, and would take ours for its ViT-B-32
    with tempfile.TemporaryDirectory() as folder:
        registered = Path(folder) / f"{name}.json"
        registered.write_text(json.dumps(model))
        open_clip.add_model_config(registered)
    said = read.get("preprocess_cfg", {}) if model is not read else {}
    preprocessing = {key: said[key] for key in _PREPROCESSING if said.get(key)}
    return Architecture(str(path), name, preprocessing, f"sha256:{digest}")


def _with_files(digest: str, folder: Path) -> str:
    """The digest together with those of a tokenizer's files, which decide scores as well."""
    files = sorted(file for pattern in TOKENIZER_FILES for file in folder.glob(pattern))
    lines = [digest, *(f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for file in files)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _weights(text: str, architecture: Architecture) -> str | Path:
    import open_clip

    if open_clip.is_pretrained_cfg(architecture.name, text):
        return text
    path = Path(text).expanduser().absolute()
    if not path.is_file():
        tags = ", ".join(open_clip.list_pretrained_tags_by_model(architecture.name)) or "none"
        raise ValueError(
            f"S1_CLIP_WEIGHTS={text!r} is no file on this machine, and no tag that open_clip has for "
            f"S1_CLIP={architecture.asked!r}; it has {tags}"
        )
    if path.suffix not in WEIGHTS_FILES:
        raise ValueError(f"S1_CLIP_WEIGHTS={text!r} is no {', '.join(sorted(WEIGHTS_FILES))} file")
    return path
