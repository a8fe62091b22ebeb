"""arXiv's services in small: its OAI-PMH server and its sources, at one local HTTP server."""

import gzip
import tarfile
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image
from werkzeug import Request, Response

from s1_assets_tests.resources.live.oai_server import OaiServer


def text_source(title: str) -> bytes:
    """The source of a paper without figures, as one file."""
    text = rf"\documentclass{{article}}\begin{{document}}\title{{{title}}}Text.\end{{document}}"
    return gzip.compress(text.encode(), mtime=0)


def figure_source(title: str) -> bytes:
    """The source of a paper with one figure, which its text mentions, as an archive."""
    picture = BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(picture, "PNG")
    text = rf"""\documentclass{{article}}\usepackage{{graphicx}}\begin{{document}}\title{{{title}}}\maketitle
    Figure~\ref{{noise}} shows how grains of sand settle within 30 s on a plate that shakes at 5 Hz.
    \begin{{figure}}\includegraphics{{noise.png}}
    \caption{{Grains on the shaken plate after 30 s, seen from above through the cover.}}\label{{noise}}\end{{figure}}
    \end{{document}}"""
    archive = BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, content in (("main.tex", text.encode()), ("noise.png", picture.getvalue())):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, BytesIO(content))
    return archive.getvalue()


@dataclass
class ArxivServer:
    """arXiv's services at one local server; `down` answers 503 to all, and `failing` sources a status of their own."""

    oai: OaiServer
    sources: dict[str, bytes] = field(default_factory=dict)
    failing: dict[str, int] = field(default_factory=dict)
    down: bool = False
    asked: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        self.asked.append(request.path)
        if self.down:
            return Response("", 503)
        if request.path == "/oai":
            return self.oai(request)
        name = request.path.removeprefix("/e-print/")
        if name in self.failing:
            return Response("", self.failing[name])
        return Response(self.sources[name]) if name in self.sources else Response("", 404)
