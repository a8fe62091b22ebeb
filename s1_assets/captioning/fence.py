"""Text of papers as data: cleaned of what cannot be seen, unable to end its fence or to speak as the chat itself.

A chat template puts every text of a chat into one string, which the tokenizer reads. Text that holds `<|im_end|>`
would end the turn there, and text that holds `</caption>` would end its own fence. Both are shown to the model as what
they are, words of the paper, with other brackets: `‹¦im_end¦›`.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

TITLE, ABSTRACT, LABEL, PANEL = "title", "abstract", "label", "panel"
SUBCAPTION, CAPTION, MENTIONS, FIGURE_TEXT = "subcaption", "caption", "mentions", "figure_text"
TAGS = (TITLE, ABSTRACT, LABEL, PANEL, SUBCAPTION, CAPTION, MENTIONS, FIGURE_TEXT)

# Control tokens as families of models write them, and tags: matched on the folded text, so in any width and spacing.
_CONTROL = (
    r"<\s*\|[^<>|]{0,64}\|?\s*>",  # <|im_end|>, <|turn>
    r"<\s*/?\s*[\w:./-]{0,40}\s*\|\s*>",  # <turn|>
    r"<<?\s*/?\s*[a-z][\w:.-]{0,40}\s*/?\s*>>?",  # <think>, </s>, <tool_call>, <<SYS>>
    r"\[\s*/?\s*(?:inst|sys|system_prompt|available_tools|tool_calls|tool_results|img|image|audio)\s*\]",
    rf"<\s*/?\s*(?:{'|'.join(TAGS)})\b",  # our own fence, even where it is never closed
)
_BRACKETS = str.maketrans("<>|[]", "‹›¦⟦⟧")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn"})  # controls, formats (bidi, zero width, tags), surrogates, unassigned
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def visible(text: str) -> str:
    """`text` on one line, without what a reader does not see.

    Dropped are control characters, bidirectional overrides, zero-width and tag characters, variation selectors,
    unpaired surrogates and code points that are no characters; every run of white space becomes one blank.
    """
    text = " ".join(_VARIATION_SELECTORS.sub("", text).split())
    if text.isascii() and text.isprintable():
        return text
    return " ".join("".join(char for char in text if unicodedata.category(char) not in _INVISIBLE).split())


def as_data(text: str, control: frozenset[str] = frozenset()) -> str:
    """`text` made visible, with other brackets wherever it could be read as a control token or as a fence.

    Args:
        text: words of a paper.
        control: texts that the tokenizer reads as one control token; one without brackets becomes a blank.

    Returns:
        A text in which no control token occurs, neither as it stands nor after Unicode normalisation of any form.
    """
    text, pattern = visible(text), _pattern(control)
    while True:  # a break may bring about another match; it ends, since each takes brackets or characters away
        plain, origins = _folded(text)
        spans = [(origins[match.start()], origins[match.end() - 1] + 1) for match in pattern.finditer(plain)]
        if not spans:
            return text
        text = " ".join("".join(_broken_at(text, spans)).split())


def fenced(tag: str, text: str) -> str:
    """The data `text`, as `as_data` gives it, between the tags of its kind."""
    return f"<{tag}>\n{text}\n</{tag}>"


def folded(text: str) -> str:
    """`text` as its plainest characters: compatibility forms, no accents."""
    return _folded(text)[0]


@cache
def _pattern(control: frozenset[str]) -> re.Pattern[str]:
    """The general forms in any case and spacing, or one of the tokenizer's own texts."""
    own = {folded(text) for text in control}
    longest_first = sorted((text for text in own if text.strip()), key=lambda text: (-len(text), text))
    return re.compile("|".join([f"(?i:{'|'.join(_CONTROL)})", *map(re.escape, longest_first)]))


def _broken_at(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[str]:
    """The pieces of `text`, those of `spans` with other brackets, or a blank in place of one that has none."""
    position = 0
    for start, end in spans:
        yield text[position:start]  # empty where one character folds into the end of one match and the next begins
        plain = folded(text[max(start, position) : end])
        broken = plain.translate(_BRACKETS)
        yield broken if broken != plain else " "
        position = max(position, end)
    yield text[position:]


def _folded(text: str) -> tuple[str, list[int]]:
    """`text` as its plainest characters (compatibility forms, no accents), and where in `text` each comes from."""
    if text.isascii():
        return text, list(range(len(text)))
    characters: list[str] = []
    origins: list[int] = []
    for origin, character in enumerate(text):
        for plain in unicodedata.normalize("NFKD", character):
            if not unicodedata.combining(plain):
                characters.append(plain)
                origins.append(origin)
    return "".join(characters), origins
