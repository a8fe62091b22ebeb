r"""Which file of a submission is the paper, and which are its supplements."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from s1_assets.extraction.latex.source import Source, decode

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
_MARKUP = re.compile(r"\\(?:section|chapter|includegraphics|cite|begin|caption)\b")


@dataclass(frozen=True)
class Documents:
    """The paper's own file and its supplements, in the order of reading."""

    main: str
    supplements: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Candidate:
    path: str
    text: str  # without comments

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).stem


def find_documents(source: Source) -> Documents | None:
    """The main file by 00README where there is one, else by the rules of `_rank`; None without any TeX document."""
    told, ignored = _readme(source.files)
    candidates = [
        _Candidate(path, text)
        for path in source.tex_files()
        if path not in ignored and _is_document(text := _COMMENT.sub(r"\1", source.text(path)))
    ]
    if not candidates:
        return None
    listed = [candidate for path in told for candidate in candidates if candidate.path == path]
    inputs = {
        found
        for candidate in candidates
        for name in _INPUT.findall(candidate.text)
        if (found := source.input(name, ("", str(PurePosixPath(candidate.path).parent)))) and found != candidate.path
    }
    ranked = sorted(candidates, key=lambda candidate: _rank(candidate, inputs, source), reverse=True)
    main = listed[0] if listed else ranked[0]
    linked = {source.input(name, ("", str(PurePosixPath(main.path).parent))) for name in _EXTERNAL.findall(main.text)}
    supplements = [
        candidate.path
        for candidate in candidates
        if candidate is not main
        and candidate.path not in inputs
        and (_CLASS.search(candidate.text) or candidate in listed)
        and (candidate.path in linked or candidate in listed or _SUPPLEMENT_NAME.search(candidate.name))
        and not _TEMPLATE.search(candidate.name)
    ]
    return Documents(main.path, tuple(supplements))


def _is_document(text: str) -> bool:
    """Whether a file without comments is a document of its own: LaTeX of either age, or plain TeX that ends."""
    return bool(_CLASS.search(text) or _BEGIN.search(text) or _PLAIN_TEX.search(text))


def _rank(candidate: _Candidate, inputs: set[str], source: Source) -> tuple[bool | int, ...]:
    r"""Sort key of a candidate, best last.

    A class and \begin{document}; not read by another document; no template or supplement; a .bbl beside it (arXiv
    asks for one of the main file's name); a usual name; depth in the tree; amount of text.
    """
    stem = candidate.path.removesuffix(PurePosixPath(candidate.path).suffix)
    return (
        bool(_CLASS.search(candidate.text)),
        candidate.path not in inputs,
        not _TEMPLATE.search(candidate.name),
        not _SUPPLEMENT_NAME.search(candidate.name),
        not re.search(r"\\documentclass\s*(?:\[[^\]]*\])?\s*\{(?:standalone|subfiles|beamer|letter)\}", candidate.text),
        f"{stem}.bbl" in source.files,
        -candidate.path.count("/"),
        bool(_MAIN_NAME.search(candidate.name)),
        len(_MARKUP.findall(candidate.text)) + len(_INPUT.findall(candidate.text)) * 20,
        len(candidate.text),
    )


def _readme(files: Mapping[str, bytes]) -> tuple[list[str], set[str]]:
    """Top-level files and ignored files as arXiv's 00README says them, in its old and its JSON form."""
    top: list[str] = []
    ignored: set[str] = set()
    for name in ("00README.json", "00README.XXX", "00README", "00readme.xxx"):
        content = files.get(name)
        if content is None:
            continue
        try:
            record = json.loads(decode(content))
        except ValueError:
            record = _old_readme(decode(content))
        for entry in record.get("sources", []) if isinstance(record, dict) else []:
            usage, path = (entry.get("usage"), entry.get("filename")) if isinstance(entry, dict) else (None, None)
            if isinstance(path, str):
                top += [path] if usage == "toplevel" else []
                ignored |= {path} if usage == "ignore" else set()
    return top, ignored


def _old_readme(text: str) -> dict[str, list[dict[str, str]]]:
    """Lines `<file> <keyword>` in the shape of the JSON form."""
    usages = {"toplevelfile": "toplevel", "ignore": "ignore"}
    lines = [line.rsplit(None, 1) for line in text.splitlines()]
    return {
        "sources": [
            {"filename": line[0].strip(), "usage": usages[line[1].lower()]}
            for line in lines
            if len(line) == 2 and line[1].lower() in usages
        ]
    }
