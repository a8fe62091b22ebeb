"""The Jinja environment of the pages: it escapes all text, and its pages may load and run nothing.

What a page says comes from papers and is hostile until escaped. Beyond the escaping, each page carries a content
security policy that names its one style sheet by hash and allows pictures in data URIs; scripts, frames, forms and
the network are forbidden. Characters that hide or turn round what follows them are shown by their code points.
"""

import base64
import hashlib
import re
from pathlib import Path

import jinja2

SHARED = Path(__file__).parent / "templates"

# Control characters but tab and newline, zero-width characters, and what changes the direction of writing.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def page_environment(templates: Path) -> jinja2.Environment:
    """An environment over the folder `templates` and the shared ones, with the filters `number` and `policy`.

    A page starts with `{% set style %}…{% endset %}`, its whole style sheet, and includes `head.html.jinja`.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([templates, SHARED]),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        finalize=_seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = _number
    environment.filters["policy"] = _policy
    return environment


def _seen(value: object) -> object:
    if type(value) is not str:  # a style sheet is Markup and stays what its hash is of
        return value
    return _UNSEEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", value)


def _policy(style: str) -> str:
    """The content security policy of a page whose only style sheet is `style`."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _number(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
