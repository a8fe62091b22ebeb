r"""Options of graphics, and the boxes around a graphic that turn, mirror or cut it: graphics, rotating, adjustbox."""

import re
from collections.abc import Callable

from s1_assets.extraction.latex.stomach import Environment, Handler, Reader
from s1_assets.extraction.latex.tokens import Token, source_of, trim

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)")
SEEN_KEYS = frozenset(("angle", "reflect", "trim", "clip", "viewport", "page", "bb"))


def options_of(tokens: list[Token]) -> dict[str, str]:
    """The keys of an option list such as `width=3cm, clip, trim={0 0 1cm 0}`; a key without value is `true`."""
    options: dict[str, str] = {}
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token == "{") - (token == "}")
        pieces = [token] if depth or token[0] == "\\" else re.split("(,)", token)
        for piece in pieces:
            if piece == "," and depth == 0:
                parts.append([])
            elif piece:
                parts[-1].append(piece)
    for part in parts:
        key, equals, value = source_of(trim(part)).partition("=")
        if key.strip():
            options[key.strip()] = _unbraced(value.strip()) if equals else "true"
    return options


def _unbraced(value: str) -> str:
    """Without a pair of braces around all of it; `{1cm} 0 0 {1cm}` keeps its braces."""
    inner = re.fullmatch(r"\{((?:[^{}]|\{[^{}]*\})*)\}", value)
    return inner[1].strip() if inner else value


def merged(layers: list[dict[str, str]]) -> dict[str, str]:
    """Options of all layers, outermost first. Turns add up, and what turns a mirror image turns it the other way."""
    options: dict[str, str] = {}
    angle, reflected = 0.0, False
    for layer in reversed(layers):
        options = layer | options
        if _NUMBER.fullmatch(turn := layer.get("angle", "")):
            angle += -float(turn) if reflected else float(turn)
        reflected ^= "reflect" in layer
    if sum("angle" in layer or "reflect" in layer for layer in layers) > 1:
        options["angle"] = f"{angle:g}"
        options.pop("reflect", None)
        options |= {"reflect": "true"} if reflected else {}
    return options


def _read_inherited(reader: Reader, options: dict[str, str], content: list[Token]) -> None:
    """Read text in place whose graphics inherit options."""
    reader.inherited.append(options)
    reader.text.append(reader.read(content))
    reader.inherited.pop()


def _rotate_box(reader: Reader) -> None:
    r"""\rotatebox[..]{angle}{content}. A caption that is turned as well means that it is the page that is turned."""
    reader.gullet.optional()
    angle, content = reader.gullet.word(), reader.gullet.argument()
    turns_page = any(token in {"\\caption", "\\captionof"} for token in content)
    _read_inherited(reader, {} if turns_page else {"angle": angle}, content)


def _reflect_box(reader: Reader) -> None:
    r"""\reflectbox{content}."""
    _read_inherited(reader, {"reflect": "true"}, reader.gullet.argument())


def _scale_box(reader: Reader) -> None:
    r"""\scalebox{across}[up]{content}: a negative scale mirrors, and upside down is mirrored after half a turn."""
    across = reader.gullet.word()
    up = source_of(reader.gullet.optional() or [across]).strip()
    options = {"angle": "180"} if up.startswith("-") else {}
    if across.startswith("-") != up.startswith("-"):
        options["reflect"] = "true"
    content = reader.gullet.argument()
    if options:
        _read_inherited(reader, options, content)
    else:
        reader.gullet.push(["{", *content, "}"])


def adjustments(reader: Reader) -> dict[str, str]:
    """What options of adjustbox cut, turn or mirror."""
    options = options_of(reader.gullet.expand_all(reader.gullet.argument()))
    if "rotate" in options:
        options["angle"] = options["rotate"]
    return {key: value for key, value in options.items() if key in SEEN_KEYS}


def _adjust_box(reader: Reader) -> None:
    r"""\adjustbox{options}{content}."""
    _read_inherited(reader, adjustments(reader), reader.gullet.argument())


def _inheriting(options: Callable[[Reader], dict[str, str]]) -> Environment:
    """An environment whose graphics inherit options."""

    def begin(reader: Reader) -> None:
        reader.inherited.append(options(reader))

    def end(reader: Reader) -> None:
        reader.inherited.pop()

    return Environment(begin, end)


BOX_ENVIRONMENTS: dict[str, Environment] = {
    "turn": _inheriting(lambda reader: {"angle": reader.gullet.word()}),
    "rotate": _inheriting(lambda reader: {"angle": reader.gullet.word()}),
    "sideways": _inheriting(lambda _: {"angle": "90"}),
    "adjustbox": _inheriting(adjustments),
}

BOX_COMMANDS: dict[Token, Handler] = {
    "\\rotatebox": _rotate_box,
    "\\reflectbox": _reflect_box,
    "\\scalebox": _scale_box,
    "\\adjustbox": _adjust_box,
}
