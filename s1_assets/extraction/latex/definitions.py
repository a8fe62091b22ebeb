r"""Commands that define commands: TeX's \def family, LaTeX's \newcommand family, \newif, etoolbox's additions.

They only change the gullet's table of meanings.
"""

from dataclasses import replace

from s1_assets.extraction.latex import document_commands, registers
from s1_assets.extraction.latex.caption_macros import as_caption
from s1_assets.extraction.latex.document_commands import argument_count, define_environment
from s1_assets.extraction.latex.gullet import Definer, Gullet
from s1_assets.extraction.latex.macros import (
    Alias,
    Macro,
    Parameter,
    Quantity,
    Terms,
    TokenList,
    body_of,
    delimited,
    with_optional,
)
from s1_assets.extraction.latex.relations import relation_of
from s1_assets.extraction.latex.tokens import Token, split_runs

_COPIED_PER_TOKEN = 20  # tokens that are only copied cost that much less than those that are read


def _spelled(gullet: Gullet) -> Token:
    """The command that an argument spells."""
    return "\\" + (gullet.word() or " ")


def _new_command(keep_old: bool = False, robust: bool = False) -> Definer:
    def run(gullet: Gullet, terms: Terms) -> None:
        gullet.accept("*")
        name = gullet.command_argument()
        parameters = with_optional(argument_count(gullet.optional()), gullet.optional())
        body = body_of(gullet.argument())
        if not (keep_old and gullet.is_defined(name)):
            _define(gullet, name, Macro(parameters, body, robust=robust), terms)

    return run


def _define(gullet: Gullet, name: Token, macro: Macro, terms: Terms) -> None:
    relation = relation_of(macro, gullet.macros.get)
    gullet.define(name, as_caption(name, macro) if relation is None else Macro((), (relation,)), terms)


def _math_operator(gullet: Gullet, terms: Terms) -> None:
    r"""\DeclareMathOperator*{\name}{letters}."""
    starred = ["*"] if gullet.accept("*") else []
    name = gullet.command_argument()
    gullet.define(name, Macro((), ("\\operatorname", *starred, "{", *gullet.argument(), "}")), terms)


def _paired_delimiter(gullet: Gullet, terms: Terms) -> None:
    r"""\DeclarePairedDelimiter{\name}{left}{right} of mathtools, used as \name*[size]{..}."""
    name = gullet.command_argument()
    left, right = gullet.argument(), gullet.argument()
    parameters = (Parameter("t", (), ("*",)), Parameter("o"), Parameter("m"))
    gullet.define(name, Macro(parameters, (*left, " ", 3, *right)), terms)


def _def(everywhere: bool, expanded: bool) -> Definer:
    def run(gullet: Gullet, terms: Terms) -> None:
        gullet.skip_blanks()
        name = gullet.character() or ""
        parameters, prefix = _parameter_text(gullet)
        replacement = gullet.balanced()
        if expanded:
            replacement = gullet.expand_all(replacement, keep_robust=True)
        macro = Macro(parameters, body_of(replacement), prefix, terms.robust)
        _define(gullet, name, macro, replace(terms, everywhere=True) if everywhere else terms)

    return run


def _parameter_text(gullet: Gullet) -> tuple[tuple[Parameter, ...], tuple[Token, ...]]:
    text: list[Token] = []
    while (token := gullet.raw()) is not None and token != "{":
        text.append(token)
    return delimited(text)


def _let(gullet: Gullet, terms: Terms) -> None:
    gullet.skip_blanks()
    name = gullet.character() or ""
    gullet.accept("=")
    gullet.skip_blanks()
    _let_be(gullet, name, gullet.character(), terms)


def _let_be(gullet: Gullet, name: Token, target: Token | None, terms: Terms) -> None:
    r"""\let\name=target; what is already called so cannot be another name for itself."""
    if target is None or target == name:
        return
    meaning = gullet.macros.get(target)
    if meaning is None or isinstance(meaning, Quantity | TokenList):
        meaning = Alias(" " if target.isspace() else target)
    gullet.define(name, meaning, terms)


def _future_let(gullet: Gullet, terms: Terms) -> None:
    r"""\futurelet\name\next<token>: \name becomes the token behind \next, and both stay."""
    gullet.skip_blanks()
    name = gullet.character() or ""
    first, second = gullet.character(), gullet.character()
    gullet.put_back(second)
    gullet.put_back(first)
    _let_be(gullet, name, second, terms)


def _let_spelled(name_spelled: bool, target_spelled: bool) -> Definer:
    r"""\cslet{name}\target, \letcs\name{target}, \csletcs."""

    def run(gullet: Gullet, terms: Terms) -> None:
        name = _spelled(gullet) if name_spelled else gullet.command_argument()
        _let_be(gullet, name, _spelled(gullet) if target_spelled else gullet.command_argument(), terms)

    return run


def _undefine(spelled: bool) -> Definer:
    def run(gullet: Gullet, terms: Terms) -> None:
        gullet.define(_spelled(gullet) if spelled else gullet.command_argument(), None, terms)

    return run


def _new_environment(gullet: Gullet, terms: Terms) -> None:
    gullet.accept("*")
    name = gullet.word()
    parameters = with_optional(argument_count(gullet.optional()), gullet.optional())
    begin, end = gullet.argument(), gullet.argument()
    define_environment(gullet, name, Macro(parameters, body_of(begin)), body_of(end), terms)


def _named_definition(everywhere: bool, expanded: bool) -> Definer:
    r"""\@namedef{name}<parameters>{body}, \csdef and its kin."""
    run_def = _def(everywhere, expanded)

    def run(gullet: Gullet, terms: Terms) -> None:
        gullet.put_back(_spelled(gullet))
        run_def(gullet, terms)

    return run


def _new_if(gullet: Gullet, terms: Terms) -> None:
    name = gullet.command_argument()
    if name.startswith("\\if"):
        _new_switch(gullet, name, "\\" + name[3:], terms)


def _new_switch(gullet: Gullet, name: Token, stem: Token, terms: Terms) -> None:
    for value in ("true", "false"):
        gullet.define(stem + value, Macro((), ("\\let", name, f"\\if{value}")), terms)
    gullet.define(name, Alias("\\iffalse"), terms)


def _new_boolean(keep_old: bool) -> Definer:
    r"""\newboolean{name} of ifthen, \newbool of etoolbox."""

    def run(gullet: Gullet, terms: Terms) -> None:
        name = gullet.word()
        if not (keep_old and f"\\if{name}" in gullet.macros):
            _new_switch(gullet, f"\\if{name}", f"\\{name}", terms)

    return run


def _set_switch(prefix: str, value: bool | None) -> Definer:
    r"""\setboolean, \setbool, \settoggle (value None: as their second argument says), \booltrue, \togglefalse, ..."""

    def run(gullet: Gullet, terms: Terms) -> None:
        name = gullet.word()
        new = gullet.word() == "true" if value is None else value
        gullet.macros.define(prefix + name, Alias("\\iftrue" if new else "\\iffalse"), terms.everywhere)

    return run


def _new_toggle(gullet: Gullet, terms: Terms) -> None:
    gullet.macros.define(f"\\toggle {gullet.word()}", Alias("\\iffalse"), terms.everywhere)


def _add_to(front: bool, everywhere: bool = False, expanded: bool = False, spelled: bool = False) -> Definer:
    r"""\g@addto@macro, \appto, \preto ...: more replacement text for a macro, or more tokens for a register."""

    def run(gullet: Gullet, terms: Terms) -> None:
        name = _spelled(gullet) if spelled else gullet.command_argument()
        tokens = gullet.argument()
        more = body_of(gullet.expand_all(tokens, keep_robust=True) if expanded else tokens)
        old = gullet.macros.get(name)
        macro = old if isinstance(old, Macro) else Macro((), ())
        meaning = replace(macro, body=more + macro.body if front else macro.body + more)
        if gullet.spend(len(meaning.body) // _COPIED_PER_TOKEN):
            gullet.define(name, meaning, replace(terms, everywhere=everywhere or terms.everywhere))

    return run


def _patch(front: bool) -> Definer:
    r"""\apptocmd and \pretocmd, which add what to do when they succeed or fail."""
    add = _add_to(front)

    def run(gullet: Gullet, terms: Terms) -> None:
        add(gullet, terms)
        done, _failed = gullet.argument(), gullet.argument()
        gullet.push(done)

    return run


def _patch_command(gullet: Gullet, terms: Terms) -> None:
    r"""\patchcmd[prefix]{\name}{search}{replacement}{done}{failed}."""
    gullet.optional()
    name = gullet.command_argument()
    search, put = (body_of(split_runs(gullet.argument())) for _ in range(2))
    done, failed = gullet.argument(), gullet.argument()
    old = gullet.macros.get(name)
    apart = _apart(old.body) if isinstance(old, Macro) else ()
    gullet.spend(len(apart))
    length = len(search)
    starts = (start for start in range(len(apart) - length + 1) if apart[start : start + length] == search)
    start = next(starts, None) if length else None
    if isinstance(old, Macro) and start is not None:
        gullet.define(name, replace(old, body=apart[:start] + put + apart[start + length :]), terms)
    gullet.push(failed if start is None else done)


def _apart(body: tuple[Token | int, ...]) -> tuple[Token | int, ...]:
    """A replacement text with its runs taken apart into characters."""
    return tuple(character for part in body for character in ((part,) if isinstance(part, int) else split_runs([part])))


def _number_definition(everywhere: bool, is_length: bool) -> Definer:
    r"""\numdef\name{1+2}, \dimdef."""
    read = ["\\the", "\\dimexpr" if is_length else "\\numexpr"]

    def run(gullet: Gullet, terms: Terms) -> None:
        name = gullet.command_argument()
        value = gullet.expand_all([*read, *gullet.argument(), "\\relax"])
        gullet.define(name, Macro((), tuple(value)), replace(terms, everywhere=everywhere))

    return run


def _prefixed(everywhere: bool = False, robust: bool = False) -> Definer:
    r"""\global, \protected, \long and \outer before a definition or an assignment."""

    def run(gullet: Gullet, terms: Terms) -> None:
        gullet.skip_blanks()
        token = gullet.next()
        more = replace(terms, everywhere=everywhere or terms.everywhere, robust=robust or terms.robust)
        if token is not None and token in DEFINERS:
            gullet.deepen(lambda gullet: DEFINERS[token](gullet, more))
        elif isinstance(gullet.macros.get(token or ""), Quantity | TokenList):
            registers.assign(gullet, token or "", more.everywhere)
        else:
            gullet.put_back(token)

    return run


DEFINERS: dict[Token, Definer] = {
    **registers.DEFINERS,
    **document_commands.DEFINERS,
    "\\newcommand": _new_command(),
    "\\renewcommand": _new_command(),
    "\\providecommand": _new_command(keep_old=True),
    "\\DeclareRobustCommand": _new_command(robust=True),
    "\\newrobustcmd": _new_command(robust=True),
    "\\renewrobustcmd": _new_command(robust=True),
    "\\providerobustcmd": _new_command(keep_old=True, robust=True),
    "\\DeclareMathOperator": _math_operator,
    "\\DeclarePairedDelimiter": _paired_delimiter,
    "\\DeclareTextFontCommand": _new_command(),
    "\\def": _def(everywhere=False, expanded=False),
    "\\gdef": _def(everywhere=True, expanded=False),
    "\\edef": _def(everywhere=False, expanded=True),
    "\\xdef": _def(everywhere=True, expanded=True),
    "\\protected@edef": _def(everywhere=False, expanded=True),
    "\\protected@xdef": _def(everywhere=True, expanded=True),
    "\\global": _prefixed(everywhere=True),
    "\\protected": _prefixed(robust=True),
    "\\long": _prefixed(),
    "\\outer": _prefixed(),
    "\\let": _let,
    "\\futurelet": _future_let,
    "\\cslet": _let_spelled(name_spelled=True, target_spelled=False),
    "\\letcs": _let_spelled(name_spelled=False, target_spelled=True),
    "\\csletcs": _let_spelled(name_spelled=True, target_spelled=True),
    "\\NewCommandCopy": _let_spelled(name_spelled=False, target_spelled=False),
    "\\RenewCommandCopy": _let_spelled(name_spelled=False, target_spelled=False),
    "\\LetLtxMacro": _let_spelled(name_spelled=False, target_spelled=False),
    "\\undef": _undefine(spelled=False),
    "\\csundef": _undefine(spelled=True),
    "\\newenvironment": _new_environment,
    "\\renewenvironment": _new_environment,
    "\\@namedef": _named_definition(everywhere=False, expanded=False),
    "\\csdef": _named_definition(everywhere=False, expanded=False),
    "\\csgdef": _named_definition(everywhere=True, expanded=False),
    "\\csedef": _named_definition(everywhere=False, expanded=True),
    "\\csxdef": _named_definition(everywhere=True, expanded=True),
    "\\newif": _new_if,
    "\\newboolean": _new_boolean(keep_old=False),
    "\\provideboolean": _new_boolean(keep_old=True),
    "\\newbool": _new_boolean(keep_old=False),
    "\\providebool": _new_boolean(keep_old=True),
    "\\newtoggle": _new_toggle,
    "\\providetoggle": _new_toggle,
    "\\setboolean": _set_switch("\\if", None),
    "\\setbool": _set_switch("\\if", None),
    "\\settoggle": _set_switch("\\toggle ", None),
    "\\booltrue": _set_switch("\\if", True),
    "\\boolfalse": _set_switch("\\if", False),
    "\\toggletrue": _set_switch("\\toggle ", True),
    "\\togglefalse": _set_switch("\\toggle ", False),
    "\\g@addto@macro": _add_to(front=False, everywhere=True),
    "\\appto": _add_to(front=False),
    "\\gappto": _add_to(front=False, everywhere=True),
    "\\eappto": _add_to(front=False, expanded=True),
    "\\xappto": _add_to(front=False, everywhere=True, expanded=True),
    "\\csappto": _add_to(front=False, spelled=True),
    "\\csgappto": _add_to(front=False, everywhere=True, spelled=True),
    "\\cseappto": _add_to(front=False, expanded=True, spelled=True),
    "\\preto": _add_to(front=True),
    "\\gpreto": _add_to(front=True, everywhere=True),
    "\\epreto": _add_to(front=True, expanded=True),
    "\\cspreto": _add_to(front=True, spelled=True),
    "\\apptocmd": _patch(front=False),
    "\\gapptocmd": _patch(front=False),
    "\\pretocmd": _patch(front=True),
    "\\gpretocmd": _patch(front=True),
    "\\patchcmd": _patch_command,
    "\\xpatchcmd": _patch_command,
    "\\numdef": _number_definition(everywhere=False, is_length=False),
    "\\numgdef": _number_definition(everywhere=True, is_length=False),
    "\\dimdef": _number_definition(everywhere=False, is_length=True),
    "\\dimgdef": _number_definition(everywhere=True, is_length=True),
}
