r"""Abbreviations that authors define once, by the packages glossaries, acronym and acro."""

from collections.abc import Callable

from s1_assets.extraction.latex.graphics import options_of
from s1_assets.extraction.latex.stomach import Abbreviation, Handler, Reader
from s1_assets.extraction.latex.tokens import Token, tokenize

Form = Callable[[Abbreviation, bool], str]


def _first_use(entry: Abbreviation, used: bool) -> str:
    return entry.short if used or not entry.long else f"{entry.long} ({entry.short})"


def _use(form: Form, plural: bool = False, capital: bool = False) -> Handler:
    def handle(reader: Reader) -> None:
        reader.gullet.accept("*")
        reader.gullet.optional()
        key = reader.gullet.word()
        reader.gullet.optional()
        entry = reader.glossary.get(key, Abbreviation(key))
        printed = form(entry, key in reader.glossary_used)
        reader.glossary_used.add(key)
        if capital:
            printed = printed[:1].upper() + printed[1:]
        reader.text.add(printed + ("s" if plural else ""))

    return handle


def _new_acronym(reader: Reader) -> None:
    r"""\newacronym[..]{key}{short}{long}."""
    reader.gullet.optional()
    key = reader.gullet.word()
    reader.glossary[key] = Abbreviation(reader.plain(reader.gullet.argument()), reader.plain(reader.gullet.argument()))


def _acro(reader: Reader) -> None:
    r"""\acro{key}[short]{long} and \acrodef."""
    key = reader.gullet.word()
    short = reader.gullet.optional()
    long = reader.plain(reader.gullet.argument())
    reader.glossary[key] = Abbreviation(key if short is None else reader.plain(short), long)


def _new_entry(reader: Reader) -> None:
    r"""\newglossaryentry{key}{name=.., ..} and \DeclareAcronym{key}{short=.., long=..}."""
    key = reader.gullet.word()
    options = options_of(reader.gullet.argument())
    short = options.get("short") or options.get("text") or options.get("name") or key
    reader.glossary[key] = Abbreviation(reader.plain(tokenize(short)), reader.plain(tokenize(options.get("long", ""))))


def _short(entry: Abbreviation, _used: bool) -> str:
    return entry.short


def _long(entry: Abbreviation, _used: bool) -> str:
    return entry.long or entry.short


def _full(entry: Abbreviation, _used: bool) -> str:
    return _first_use(entry, used=False)


GLOSSARY_COMMANDS: dict[Token, Handler] = {
    "\\newacronym": _new_acronym,
    "\\newabbreviation": _new_acronym,
    "\\acro": _acro,
    "\\acrodef": _acro,
    "\\newacro": _acro,
    "\\newglossaryentry": _new_entry,
    "\\DeclareAcronym": _new_entry,
    **{f"\\{name}": _use(_first_use) for name in ("gls", "ac", "glsxtrshort")},
    **{f"\\{name}": _use(_first_use, plural=True) for name in ("glspl", "acp")},
    **{f"\\{name}": _use(_first_use, capital=True) for name in ("Gls", "Ac", "GLS")},
    **{f"\\{name}": _use(_first_use, plural=True, capital=True) for name in ("Glspl", "Acp")},
    **{f"\\{name}": _use(_short) for name in ("acrshort", "acs", "glsentryshort", "glsentrytext", "glstext")},
    **{f"\\{name}": _use(_long) for name in ("acrlong", "acl", "glsentrylong", "glsdesc")},
    **{f"\\{name}": _use(_full) for name in ("acrfull", "acf", "glsfirst", "glsentryfull")},
    **{f"\\{name}": _use(_short, plural=True) for name in ("acrshortpl", "acsp")},
    **{f"\\{name}": _use(_long, plural=True) for name in ("acrlongpl", "aclp")},
}
