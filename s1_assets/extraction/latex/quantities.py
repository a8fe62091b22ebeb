r"""Numbers and lengths as TeX reads and prints them (The TeXbook, chapter 24; the manuals of e-TeX and calc).

Lengths are in scaled points, 65536 to the point. Glue is read whole, but only its natural length counts. What is no
number reads as 0, and nothing of it is consumed.
"""

import math
from collections.abc import Callable

from s1_assets.extraction.latex.gullet import Gullet
from s1_assets.extraction.latex.macros import Character, Quantity
from s1_assets.extraction.latex.tokens import Token, is_command, source_of

POINT = 65_536
_LIMIT = 2**31 - 1
_MAX_DIGITS = 20
_CHARACTER_WIDTH = 5 * POINT  # about what a character of a box adds to its width
_UNITS = {
    "pt": 1.0,
    "pc": 12.0,
    "in": 72.27,
    "bp": 72.27 / 72,
    "cm": 72.27 / 2.54,
    "mm": 72.27 / 25.4,
    "dd": 1238 / 1157,
    "cc": 14856 / 1157,
    "nd": 685 / 642,
    "nc": 1370 / 107,
    "sp": 1 / POINT,
    "em": 10.0,
    "ex": 4.3,
    "px": 72.27 / 72,
    "mu": 10 / 18,
}  # em and ex of Computer Modern at 10 points

Reader = Callable[[Gullet], int]


def number(gullet: Gullet) -> int:
    """An integer: digits in any of TeX's notations, a register, a counter, a length in scaled points, an expression."""
    sign, token = _signed(gullet)
    value = internal(gullet, token)
    return clamp(sign * (_constant(gullet, token) if value is None else value.value))


def glue(gullet: Gullet) -> int:
    """A length with the stretch that may follow it, in scaled points."""
    natural = length(gullet)
    for keyword in ("plus", "minus"):
        if accept_word(gullet, keyword):
            length(gullet)
    return natural


def expression(gullet: Gullet, read: Reader) -> int:
    r"""A sum of products of what `read` reads, as in \numexpr, \dimexpr and the arguments of calc."""
    value = _product(gullet, read)
    while (sign := _operator(gullet, "+-")) is not None:
        other = _product(gullet, read)
        value = clamp(value + other if sign == "+" else value - other)
    return value


def read_from(gullet: Gullet, tokens: list[Token], read: Reader) -> int:
    """What `read` makes of an expression that stands in an argument."""
    level = gullet.enter(tokens)
    value = expression(gullet, read)
    gullet.leave(level)
    return value


def printed_length(scaled: int) -> str:
    r"""A length as \the prints it: the shortest decimals in points that give it back (The TeXbook's print_scaled)."""
    whole, rest = divmod(abs(scaled), POINT)
    decimals, rest, error = "", rest * 10 + 5, 10
    while True:
        if error > POINT:
            rest += POINT // 2 - 50_000
        decimals += str(rest // POINT)
        rest, error = rest % POINT * 10, error * 10
        if rest <= error:
            return f"{'-' * (scaled < 0)}{whole}.{decimals}pt"


def begins_quantity(gullet: Gullet) -> bool:
    """Whether a number or a length comes next, blanks before it aside; only blanks are consumed."""
    gullet.skip_blanks()
    token = gullet.expanded_character()
    gullet.put_back(token)
    if token is None or is_command(token):
        return token in INTERNALS or isinstance(gullet.macros.get(token or ""), Quantity | Character)
    return token in "0123456789+-.,`'\""


def clamp(value: float) -> int:
    """A value within what a register holds."""
    return int(max(-_LIMIT, min(value, _LIMIT)))


def _signed(gullet: Gullet) -> tuple[int, Token | None]:
    """The sign before a number, and the token behind it."""
    sign = 1
    while (token := gullet.expanded_character()) is not None and (token in "+-" or token.isspace()):
        sign = -sign if token == "-" else sign
    return sign, token


def internal(gullet: Gullet, token: Token | None) -> Quantity | None:
    """The value of a command that stands for a number or a length, None for any other."""
    if token is None or not is_command(token):
        return None
    meaning = gullet.macros.get(token)
    if isinstance(meaning, Quantity):
        return meaning
    if isinstance(meaning, Character):
        return Quantity(meaning.code)
    if token in gullet.counters:
        return Quantity(gullet.counters.value(token))
    read = INTERNALS.get(token)
    return gullet.deepen(read) if read is not None else None


def _constant(gullet: Gullet, token: Token | None) -> int:
    """Digits, the first of which has been read; `'17`, `"F` and the code of a character."""
    if token == "`":
        character = gullet.character() or "\0"
        _skip_one_blank(gullet)
        return ord(character[-1])
    base, digits = {"'": (8, "01234567"), '"': (16, "0123456789ABCDEF")}.get(token or "", (10, "0123456789"))
    if base != 10:
        token = gullet.expanded_character()
    written = ""
    while token is not None and token in digits:
        written += token if len(written) <= _MAX_DIGITS else ""
        token = gullet.expanded_character()
    if token is not None and not (written and token.isspace()):
        gullet.put_back(token)
    return int(written or "0", base)


def _skip_one_blank(gullet: Gullet) -> None:
    token = gullet.expanded_character()
    if token is not None and not token.isspace():
        gullet.put_back(token)


def length(gullet: Gullet) -> int:
    """A length without stretch, in scaled points: a factor with a unit, or with a register as its unit."""
    sign, token = _signed(gullet)
    value = internal(gullet, token)
    if value is not None and value.is_length:
        return clamp(sign * value.value)
    if value is None and (token is None or not (token.isdecimal() or token in ".,`'\"")):
        gullet.put_back(token)
        return 0
    factor = float(value.value) if value is not None else _decimal(gullet, token)
    return clamp(sign * factor * _unit(gullet))


def _decimal(gullet: Gullet, token: Token | None) -> float:
    if token is not None and token in "`'\"":
        return _constant(gullet, token)
    written = ""
    while token is not None and (token.isdecimal() or (token in ".," and "." not in written)):
        written += "" if len(written) > _MAX_DIGITS else "." if token in ".," else token
        token = gullet.expanded_character()
    gullet.put_back(token)
    return float(written) if written.strip(".") else 0.0


def _unit(gullet: Gullet) -> float:
    """Scaled points of the unit that follows; of a point where none does."""
    token = gullet.expanded_character()
    while token is not None and token.isspace():
        token = gullet.expanded_character()
    value = internal(gullet, token)
    if value is not None:
        return float(value.value)
    gullet.put_back(token)
    accept_word(gullet, "true")
    first = gullet.expanded_character()
    second = gullet.expanded_character() if first is not None and first.isalpha() else None
    unit = f"{first}{second}".lower()
    if unit not in _UNITS and unit != "fi":
        gullet.put_back(second)
        gullet.put_back(first)
        return float(POINT)
    while unit == "fi" and accept_word(gullet, "l"):
        pass
    _skip_one_blank(gullet)
    return _UNITS.get(unit, 1.0) * POINT


def accept_word(gullet: Gullet, word: str) -> bool:
    """Consume a keyword, blanks around it too, if it comes next; else nothing but blanks."""
    read = ""
    while len(read) < len(word):
        token = gullet.expanded_character()
        if token is not None and token.isspace() and not read:
            continue
        if token is None or token.lower() != word[len(read)]:
            for unread in (token, *reversed(read)):
                gullet.put_back(unread)
            return False
        read += token
    _skip_one_blank(gullet)
    return True


def _product(gullet: Gullet, read: Reader) -> int:
    value = _factor(gullet, read)
    while (operator := _operator(gullet, "*/")) is not None:
        other = _multiplier(gullet)
        value = clamp(value * other) if operator == "*" else _rounded_quotient(value, other)
    return value


def _rounded_quotient(value: int, by: float) -> int:
    return clamp(math.copysign(abs(value / by) + 0.5, value / by)) if by else 0


def _factor(gullet: Gullet, read: Reader) -> int:
    if _operator(gullet, "(") is None:
        return read(gullet)
    value = gullet.deepen(lambda gullet: expression(gullet, read)) or 0
    _operator(gullet, ")")
    return value


def _multiplier(gullet: Gullet) -> float:
    r"""What a length is multiplied by: a number, or calc's \real{1.5} and \ratio{length}{length}."""
    token = gullet.next()
    if token == "\\real":
        return _decimal_in(gullet.word())
    if token == "\\ratio":
        over, under = (read_from(gullet, gullet.argument(), length) for _ in range(2))
        return over / under if under else 0.0
    gullet.put_back(token)
    return _factor(gullet, number)


def _decimal_in(written: str) -> float:
    try:
        return max(-float(_LIMIT), min(float(written[:20]), float(_LIMIT)))
    except ValueError:
        return 0.0


def _operator(gullet: Gullet, operators: str) -> str | None:
    token = gullet.expanded_character()
    while token is not None and token.isspace():
        token = gullet.expanded_character()
    if token is not None and token in operators:
        return token
    gullet.put_back(token)
    return None


def _e_tex_expression(read: Reader, kind: str) -> Callable[[Gullet], Quantity]:
    def run(gullet: Gullet) -> Quantity:
        value = expression(gullet, read)
        token = gullet.next()
        if token != "\\relax":
            gullet.put_back(token)
        return Quantity(value, kind)

    return run


def register(kind: Token, gullet: Gullet) -> Token:
    r"""The name in the table of \count3, whose number follows."""
    return f"{kind} {number(gullet)}"


def _numbered(kind: str) -> Callable[[Gullet], Quantity]:
    def run(gullet: Gullet) -> Quantity:
        meaning = gullet.macros.get(register(f"\\{kind}", gullet))
        return meaning if isinstance(meaning, Quantity) else Quantity(0, kind)

    return run


def box_name(gullet: Gullet) -> Token:
    r"""The name of the box that follows: \box0, \usebox{\name}."""
    gullet.skip_blanks()
    following = gullet.peek()
    if following is not None and following[0] in "\\{":
        return source_of(gullet.argument()).strip()
    return str(number(gullet))


def guessed_width(content: list[Token]) -> int:
    """A width for what is never set in type here, in scaled points."""
    return clamp(len(source_of(content)) * _CHARACTER_WIDTH)


def _box_size(gullet: Gullet) -> Quantity:
    return Quantity(guessed_width(gullet.boxes.content(box_name(gullet))), "dimen")


def _value(gullet: Gullet) -> Quantity:
    return Quantity(gullet.counters.value(gullet.word()))


def _width_of(gullet: Gullet) -> Quantity:
    return Quantity(guessed_width(gullet.argument()), "dimen")


def _category(gullet: Gullet) -> Quantity:
    return Quantity(gullet.categories[chr(number(gullet) % 0x110000)])


INTERNALS: dict[Token, Callable[[Gullet], Quantity]] = {
    "\\value": _value,
    "\\numexpr": _e_tex_expression(number, "count"),
    "\\dimexpr": _e_tex_expression(length, "dimen"),
    "\\glueexpr": _e_tex_expression(glue, "skip"),
    "\\count": _numbered("count"),
    "\\dimen": _numbered("dimen"),
    "\\skip": _numbered("skip"),
    "\\wd": _box_size,
    "\\ht": _box_size,
    "\\dp": _box_size,
    "\\catcode": _category,
    **{f"\\{side}of": _width_of for side in ("width", "height", "depth", "totalheight")},
}
