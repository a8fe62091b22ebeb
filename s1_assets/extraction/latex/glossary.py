r"""Abbreviations and terms that authors define once, by the packages glossaries, glossaries-extra, acronym and acro."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from s1_assets.extraction.latex.graphic_options import options_of
from s1_assets.extraction.latex.signatures import pass_over
from s1_assets.extraction.latex.stomach import Abbreviation, Handler, Reader
from s1_assets.extraction.latex.tokens import Token, source_of, tokenize

Form = Callable[[Abbreviation, bool], str]  # what an entry prints, given whether it has been used before


def _first_use(entry: Abbreviation, used: bool) -> str:
    if used:
        return entry.short
    return entry.first or (f"{entry.long} ({entry.short})" if entry.long else entry.short)


def _short(entry: Abbreviation, _used: bool) -> str:
    return entry.short


def _long(entry: Abbreviation, _used: bool) -> str:
    return entry.long or entry.short


def _full(entry: Abbreviation, _used: bool) -> str:
    return _first_use(entry, used=False)


def _symbol(entry: Abbreviation, _used: bool) -> str:
    return entry.symbol or entry.short


def _plural_of(entry: Abbreviation) -> Abbreviation:
    """The same entry with the plurals in place of the forms."""
    return Abbreviation(entry.plural or f"{entry.short}s", entry.long and (entry.long_plural or f"{entry.long}s"))


def _as_written(printed: str) -> str:
    return printed


def _capitalized(printed: str) -> str:
    return printed[:1].upper() + printed[1:]


def _with_article(printed: str) -> str:
    return f"a {printed}"


def _use(form: Form, plural: bool = False, shape: Callable[[str], str] = _as_written, marks: bool = False) -> Handler:
    r"""\gls*[options]{key}[behind it] and its kin; what `marks` an entry makes it a used one."""

    def handle(reader: Reader) -> None:
        reader.gullet.accept("*")
        reader.gullet.optional()
        key = reader.gullet.word()
        behind = reader.gullet.optional()
        entry = reader.glossary.get(key, Abbreviation(key))
        printed = form(_plural_of(entry) if plural else entry, key in reader.glossary_used)
        if marks:
            reader.glossary_used.add(key)
        reader.text.add(shape(printed) + (reader.plain(behind) if behind else ""))

    return handle


def _define(reader: Reader, key: str, options: Mapping[str, str], short: str = "", long: str = "") -> None:
    """Add an entry; `options` are the keys of glossaries and acro, `short` and `long` the forms given without one."""

    def given(*names: str) -> str:
        source = next((options[name] for name in names if options.get(name)), "")
        return reader.plain(tokenize(source)) if source else ""

    short = given("short", "text", "name") or short or key
    long = given("long") or long
    reader.glossary[key] = Abbreviation(
        short,
        long,
        plural=given("shortplural", "plural", "short-plural-form") or short + (given("short-plural") or "s"),
        long_plural=given("longplural", "long-plural-form") or long + (given("long-plural") or "s"),
        first=given("first"),
        symbol=given("symbol"),
    )


def _new_acronym(reader: Reader) -> None:
    r"""\newacronym[options]{key}{short}{long}."""
    options = options_of(reader.gullet.optional(long=True) or [])
    key = reader.gullet.word()
    short, long = (reader.plain(reader.gullet.argument()) for _ in range(2))
    _define(reader, key, options, short, long)


def _acro(reader: Reader) -> None:
    r"""\acro{key}[short]{long} and \acrodef."""
    key = reader.gullet.word()
    short = reader.gullet.optional()
    long = reader.plain(reader.gullet.argument())
    _define(reader, key, {}, key if short is None else reader.plain(short), long)


def _new_entry(reader: Reader) -> None:
    r"""\newglossaryentry{key}{name=.., ..} and \DeclareAcronym{key}{short=.., long=..}."""
    key = reader.gullet.word()
    _define(reader, key, options_of(reader.gullet.argument()))


def _long_new_entry(reader: Reader) -> None:
    r"""\longnewglossaryentry{key}{name=..}{description}."""
    _new_entry(reader)
    reader.gullet.argument()


def _plural(reader: Reader) -> None:
    r"""\acroplural{key}[short]{long} and \acrodefplural."""
    key = reader.gullet.word()
    entry = reader.glossary.get(key, Abbreviation(key))
    short = reader.gullet.optional()
    plural = entry.plural if short is None else reader.plain(short)
    reader.glossary[key] = replace(entry, plural=plural, long_plural=reader.plain(reader.gullet.argument()))


def _mark(used: bool) -> Handler:
    r"""\glsunset, \acuse{keys}: used from here on; \glsreset, \acreset: as if never used."""

    def handle(reader: Reader) -> None:
        reader.gullet.optional()
        keys = {key.strip() for key in reader.gullet.word().split(",")}
        if used:
            reader.glossary_used |= keys
        else:
            reader.glossary_used -= keys

    return handle


def _mark_all(used: bool) -> Handler:
    def handle(reader: Reader) -> None:
        reader.gullet.spend(len(reader.glossary))
        reader.glossary_used = set(reader.glossary) if used else set()

    return handle


def _load(reader: Reader) -> None:
    r"""\loadglsentries[type]{file}."""
    reader.gullet.optional()
    reader.gullet.push(["\\input", "{", source_of(reader.gullet.argument()), "}"])


_GLOSSARIES = {
    "gls": _first_use, "glsfirst": _full, "glstext": _short, "glsname": _short, "glssymbol": _symbol,
    "acrshort": _short, "acrlong": _long, "acrfull": _full, "glsentrytext": _short, "glsentryname": _short,
    "glsentryshort": _short, "glsentrylong": _long, "glsentryfull": _full, "glsentrysymbol": _symbol,
    "glsxtrshort": _short, "glsxtrlong": _long, "glsxtrfull": _full,
}  # fmt: skip
_ACRONYMS = {
    "ac": _first_use, "acs": _short, "aca": _short, "acl": _long, "acf": _full,
    "acsu": _short, "aclu": _long, "acfi": _full,
}  # fmt: skip
_MARKING = frozenset(("gls", "ac", "acf", "acfi", "acsu", "aclu"))


# Forms, the ending of their plurals, and the commands that only one of the packages has.
_FAMILIES = (
    (_GLOSSARIES, "pl", lambda base: base[:3].upper() + base[3:], str.upper),
    (_ACRONYMS, "p", lambda base: f"i{base}", _with_article),
)


def _uses() -> Iterator[tuple[Token, Handler]]:
    r"""Every form with its plural and its capitals: \gls, \glspl, \Gls, \GLS, \Glspl; \ac, \acp, \Ac, \Acp, \iac."""
    for forms, plural_ending, special, special_shape in _FAMILIES:
        for base, form in forms.items():
            marks = base in _MARKING
            for plural, ending in ((False, ""), (True, plural_ending)):
                yield f"\\{base}{ending}", _use(form, plural, _as_written, marks)
                yield f"\\{base.capitalize()}{ending}", _use(form, plural, _capitalized, marks)
                yield f"\\{special(base)}{ending}", _use(form, plural, special_shape, marks)
    yield "\\glsplural", _use(_short, plural=True)
    yield "\\glsfirstplural", _use(_full, plural=True)
    yield "\\glsentryplural", _use(_short, plural=True)


GLOSSARY_COMMANDS: dict[Token, Handler] = {
    **dict(_uses()),
    **{f"\\{name}": _new_acronym for name in ("newacronym", "newabbreviation")},
    **{f"\\{name}": _acro for name in ("acro", "acrodef", "newacro")},
    **{f"\\{name}": _new_entry for name in ("newglossaryentry", "provideglossaryentry", "DeclareAcronym")},
    "\\longnewglossaryentry": _long_new_entry,
    **{f"\\{name}": _plural for name in ("acroplural", "acrodefplural", "newacroplural")},
    **{f"\\{name}": lambda reader: pass_over(reader, "omT") for name in ("glslink", "glsdisp")},
    **{f"\\{name}": _mark(used=True) for name in ("glsunset", "acuse", "acused")},
    **{f"\\{name}": _mark(used=False) for name in ("glsreset", "acreset")},
    **{f"\\{name}": _mark_all(used=False) for name in ("glsresetall", "acresetall")},
    "\\glsunsetall": _mark_all(used=True),
    "\\glsadd": lambda reader: pass_over(reader, "om"),
    "\\loadglsentries": _load,
}
