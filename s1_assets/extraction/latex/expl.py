r"""Code in the syntax of expl3 (interface3): between \ExplSyntaxOn and \ExplSyntaxOff, and in packages of its own.

It is carried out for the commands that it defines; of the language itself only what document commands lean on is known
(see `kernel`), the rest does nothing.
"""

from s1_assets.extraction.latex.stomach import Handler, Reader
from s1_assets.extraction.latex.tokens import Token, expl_tokens

_OFF = "\\ExplSyntaxOff"


def _block(reader: Reader) -> None:
    r"""\ExplSyntaxOn ... \ExplSyntaxOff; without an end it is none."""
    lexer = reader.gullet.lexer
    if lexer is not None and lexer.find(_OFF) < len(lexer.text):
        reader.carry_out(expl_tokens(lexer.raw_until(_OFF)))


def _package(reader: Reader) -> None:
    r"""\ProvidesExplPackage{..}{..}{..}{..}: the rest of the file."""
    lexer = reader.gullet.lexer
    if lexer is not None:
        reader.carry_out(expl_tokens(lexer.raw_until(_OFF)))


EXPL_COMMANDS: dict[Token, Handler] = {
    "\\ExplSyntaxOn": _block,
    "\\ProvidesExplPackage": _package,
    "\\ProvidesExplClass": _package,
}
