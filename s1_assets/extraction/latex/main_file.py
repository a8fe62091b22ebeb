r"""Which file of a submission is the paper, and which are its supplements."""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from posixpath import normpath

import yaml  # type: ignore[import-untyped]

from s1_assets.extraction.latex.encodings import decode
from s1_assets.extraction.latex.source import Source

_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*")
_CLASS = re.compile(r"\\document(?:class|style)\b")
_BEGIN = re.compile(r"\\begin\s*\{document\}")
_PLAIN_TEX = re.compile(r"\\(?:bye|end|magnification|input\s*(?:amstex|amsppt|harvmac|plain|eplain|epsf|phyzzx))\b")
_INPUT = re.compile(
    r"\\(?:input|include|subfile|subfileinclude|includestandalone|InputIfFileExists)\b\s*\{?\s*([^\s{}%\\]+)"
)
_EXTERNAL = re.compile(r"\\externaldocument\s*(?:\[[^\]]*\])?\s*\{([^}]*)\}")
_TEMPLATE = re.compile(
    r"sample|template|example|demo|readme|instruction|guide|response|rebuttal|cover.?letter|reply", re.I
)
_MAIN_NAME = re.compile(r"^(?:ms|main|paper|article|manuscript|arxiv|root|thesis)", re.I)
_SUPPLEMENT_NAME = re.compile(r"suppl?(?:ement|l|$|[-_.\d])|(?:^|[-_])(?:si|sm|esm|som)(?:$|[-_\d])|appendi[xc]", re.I)
_OTHER_CLASS = re.compile(r"\\documentclass\s*(?:\[[^\]]*\])?\s*\{(?:standalone|subfiles|beamer|letter|a0poster)\}")
_MARKUP = re.compile(r"\\(?:section|chapter|includegraphics|cite|begin|caption)\b")
MAX_README = 20_000  # bytes


@dataclass(frozen=True)
class Documents:
    """The files that make up the paper, its own one first, and those of its supplements, in the order of reading."""

    paper: tuple[str, ...]
    supplements: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Candidate:
    path: str
    text: str  # without comments

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).stem

    @property
    def folders(self) -> tuple[str, str]:
        return "", str(PurePosixPath(self.path).parent)


def find_documents(source: Source) -> Documents | None:
    """The paper by 00README where there is one, else by the rules of `_rank`; None without any TeX document.

    Of several top-level files of a 00README arXiv makes one paper, in the order of their names.
    """
    told, ignored = _readme(source.files)
    candidates = _candidates(source, source.tex_files(), ignored) or _candidates(source, source.other_files(), ignored)
    listed = sorted(path for path in told if path in source.files and not source.is_binary(path))
    if listed:
        return Documents(tuple(listed), _supplements(source, listed, candidates, set()))
    if not candidates:
        return None
    inputs = {
        found
        for candidate in candidates
        for name in _INPUT.findall(candidate.text)
        if (found := source.input(name, candidate.folders)) and found != candidate.path
    }
    main = max(reversed(candidates), key=lambda candidate: _rank(candidate, inputs, source)).path
    return Documents((main,), _supplements(source, [main], candidates, inputs))


def _candidates(source: Source, paths: Iterable[str], ignored: set[str]) -> list[_Candidate]:
    r"""Files that are documents of their own, but those that the authors want ignored: by 00README, or %auto-ignore."""
    return [
        _Candidate(path, text)
        for path in paths
        if path not in ignored
        and not source.files[path].lstrip().startswith(b"%auto-ignore")
        and _is_document(text := _COMMENT.sub(r"\1", source.text(path)))
    ]


def _supplements(
    source: Source, paper: Sequence[str], candidates: Sequence[_Candidate], inputs: set[str]
) -> tuple[str, ...]:
    """Documents beside the paper that it links to, or that are supplements by their names."""
    linked = {
        source.input(name, candidate.folders)
        for candidate in candidates
        if candidate.path in paper
        for name in _EXTERNAL.findall(candidate.text)
    }
    return tuple(
        candidate.path
        for candidate in candidates
        if candidate.path not in inputs
        and candidate.path not in paper
        and _CLASS.search(candidate.text)
        and (candidate.path in linked or _SUPPLEMENT_NAME.search(candidate.name))
        and not _TEMPLATE.search(candidate.name)
    )


def _is_document(text: str) -> bool:
    """Whether a file without comments is a document of its own: LaTeX of either age, or plain TeX that ends."""
    return bool(_CLASS.search(text) or _BEGIN.search(text) or _PLAIN_TEX.search(text))


def _rank(candidate: _Candidate, inputs: set[str], source: Source) -> tuple[bool | int, ...]:
    r"""Sort key of a candidate, best last.

    A class and \begin{document}; not read by another document; no picture, slide or letter; no supplement; a .bbl
    beside it (arXiv asks for one of the main file's name); no template; a usual name; depth in the tree; its length.
    """
    stem = candidate.path.removesuffix(PurePosixPath(candidate.path).suffix)
    return (
        bool(_CLASS.search(candidate.text)),
        candidate.path not in inputs,
        not _OTHER_CLASS.search(candidate.text),
        not _SUPPLEMENT_NAME.search(candidate.name),
        f"{stem}.bbl" in source.files,
        not _TEMPLATE.search(candidate.name),
        -candidate.path.count("/"),
        bool(_MAIN_NAME.search(candidate.name)),
        len(_MARKUP.findall(candidate.text)) + len(_INPUT.findall(candidate.text)) * 20,
        len(candidate.text),
    )


def _readme(files: Mapping[str, bytes]) -> tuple[set[str], set[str]]:
    """Top-level files and ignored files as arXiv's 00README says them, in any of its formats."""
    top: set[str] = set()
    ignored: set[str] = set()
    names = {name.lower(): name for name in files}
    name = next((names[f"00readme{suffix}"] for suffix in _README_FORMATS if f"00readme{suffix}" in names), None)
    if name is None or len(files[name]) > MAX_README:
        return top, ignored
    try:
        record = _README_FORMATS[PurePosixPath(name).suffix.lower()](decode(files[name]))
    except (ValueError, RecursionError, yaml.YAMLError):
        return top, ignored
    entries = record.get("sources") if isinstance(record, dict) else None
    for entry in entries if isinstance(entries, list) else []:
        usage, path = (entry.get("usage"), entry.get("filename")) if isinstance(entry, dict) else (None, None)
        if isinstance(path, str):
            top |= {normpath(path)} if usage == "toplevel" else set()
            ignored |= {normpath(path)} if usage == "ignore" else set()
    return top, ignored


def _old_readme(text: str) -> dict[str, list[dict[str, str]]]:
    """Lines `<file> <keyword>` in the shape of the newer forms."""
    usages = {"toplevelfile": "toplevel", "ignore": "ignore"}
    lines = [line.rsplit(None, 1) for line in text.splitlines()]
    return {
        "sources": [
            {"filename": line[0].strip(), "usage": usages[line[1].lower()]}
            for line in lines
            if len(line) == 2 and line[1].lower() in usages
        ]
    }


# By what follows the name 00README, in the order in which arXiv goes by them.
_README_FORMATS: dict[str, Callable[[str], object]] = {
    ".yml": yaml.safe_load,
    ".yaml": yaml.safe_load,
    ".json": json.loads,
    ".jsn": json.loads,
    ".toml": tomllib.loads,
    ".xxx": _old_readme,
    "": _old_readme,
}
