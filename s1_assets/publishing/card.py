"""The dataset card of a release: README.md as Hugging Face reads it, every number of it computed."""

import re
from pathlib import Path
from typing import Any

import jinja2
import pyarrow as pa

from s1_assets.publishing.manifest import Release
from s1_assets.publishing.record import LOCATION, PUBLISHED_PAIRS, WHOLE

TEMPLATES = Path(__file__).parent / "templates"
# Hugging Face's size categories: the first whose bound the number of rows stays under.
SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
)


def dataset_card(release: Release) -> str:
    """The card: front matter (one split a rights class, columns declared so that no loader guesses) and tables."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - Markdown; text of others goes through the filter `cell`
    )
    environment.filters["cell"] = _cell
    statistics = release.statistics
    return environment.get_template("card.md.jinja").render(
        release=release,
        statistics=statistics,
        size=next((name for bound, name in SIZES if statistics["total"]["pairs"] < bound), "100M<n<1B"),
        splits=_splits(release),
        features=_features(),
        columns=PUBLISHED_PAIRS.columns(),
        bytes=sum(file.bytes for manifest in release.cells for file in manifest.files),
    )


def _splits(release: Release) -> dict[str, list[str]]:
    """Rights class to the tars that hold it."""
    tars = [file.file for manifest in release.cells for file in manifest.kind("webdataset")]
    splits = {rights: [tar for tar in tars if f"-{rights}-" in tar.rpartition("/")[2]] for rights in WHOLE}
    return {rights: files for rights, files in splits.items() if files}


def _features() -> list[dict[str, Any]]:
    """The columns of a tar's samples, as the `features` of Hugging Face datasets."""
    located = {field.name for field in LOCATION}
    columns = [_feature(field.name, field.type) for field in PUBLISHED_PAIRS.schema if field.name not in located]
    return [
        {"name": "png", "dtype": "image"},
        {"name": "json", "struct": columns},
        {"name": "__key__", "dtype": "string"},
        {"name": "__url__", "dtype": "string"},
    ]


def _feature(name: str, kind: pa.DataType) -> dict[str, Any]:
    return {"name": name} | _feature_type(kind)


def _feature_type(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_struct(kind):
        return {"struct": [_feature(part.name, part.type) for part in kind]}
    if pa.types.is_list(kind):
        inner = _feature_type(kind.value_type)
        return {"list": inner.get("struct") or inner["dtype"]}
    return {"dtype": {"float": "float32", "double": "float64"}.get(str(kind), str(kind))}


def _cell(value: object) -> str:
    """Text of others in a cell of a Markdown table: one line, nothing in it is markup."""
    text = "(none given)" if value is None else re.sub(r"\s+", " ", str(value))
    return re.sub(r"([\\`*_{}\[\]<>#|~$!])", r"\\\1", text)
