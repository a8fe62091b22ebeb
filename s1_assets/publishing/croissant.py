"""Croissant 1.0 metadata of a release (http://mlcommons.org/croissant/1.0): its metadata files, column by column."""

from typing import Any

import pyarrow as pa

from s1_assets.publishing.manifest import Release
from s1_assets.publishing.record import PUBLISHED_PAIRS

NAME = "figure-captions"
DESCRIPTION = (
    "Figures of scientific papers with their captions, the sentences that cite them, rewritten captions, rights and "
    "quality measurements. One row a pair; shard, image_offset and image_bytes say where its image lies."
)
FILES = "metadata"
# The context of the specification, appendix 1.
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(release: Release) -> dict[str, Any]:
    """The JSON-LD document of a release. File names are relative to the publishing target, where it lies too."""
    licenses = sorted({group["license"] for group in release.statistics["licenses"] if group["license"]})
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": NAME,
        "description": DESCRIPTION,
        "license": licenses,
        "version": release.id,
        "datePublished": release.created,
        "isLiveDataset": True,
        "distribution": [
            {
                "@type": "cr:FileSet",
                "@id": FILES,
                "name": FILES,
                "description": "Metadata of every published pair, one file a source and month.",
                "encodingFormat": "application/x-parquet",
                "includes": [file.file for manifest in release.cells for file in manifest.kind("parquet")],
            }
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "pairs",
                "name": "pairs",
                "description": PUBLISHED_PAIRS.meaning,
                "key": {"@id": "pairs/pair_id"},
                "field": [_field(field, "pairs", []) for field in PUBLISHED_PAIRS.schema],
            }
        ],
    }


def _field(field: pa.Field, parent: str, path: list[str]) -> dict[str, Any]:
    """A column, or a part of one: `path` leads to it from its column."""
    identity, path = f"{parent}/{field.name}", [*path, field.name]
    kind = field.type
    described: dict[str, Any] = {"@type": "cr:Field", "@id": identity, "name": field.name}
    if field.metadata:
        described["description"] = field.metadata[b"meaning"].decode()
    if pa.types.is_list(kind):
        described["repeated"] = True
        kind = kind.value_type
    if pa.types.is_struct(kind):
        return described | {"subField": [_field(part, identity, path) for part in kind]}
    source: dict[str, Any] = {"fileSet": {"@id": FILES}, "extract": {"column": path[0]}}
    if path[1:]:
        source["transform"] = {"jsonPath": ".".join(path[1:])}
    return described | {"dataType": _data_type(kind), "source": source}


def _data_type(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind):
        return "sc:Integer"
    return "sc:Float" if pa.types.is_floating(kind) else "sc:Text"
