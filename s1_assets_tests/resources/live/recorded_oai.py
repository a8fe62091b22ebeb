"""Recorded answers of OAI-PMH servers, given again."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from werkzeug import Request, Response

Query = frozenset[tuple[str, str]]


def decoded(query: str) -> Query:
    """The parameters of a query; a token, which is a query itself, as arXiv's server decodes it."""
    return frozenset((name, unquote(value)) for name, value in parse_qsl(query))


class Recorded:
    """Answers of a folder by the decoded parameters of the request; `otherwise` is given where none was recorded."""

    def __init__(self, answers: Mapping[Query, Path], otherwise: Path | None = None):
        self.answers, self.otherwise = answers, otherwise

    def __call__(self, request: Request) -> Response:
        found = self.answers.get(decoded(request.query_string.decode()), self.otherwise)
        assert found is not None, f"no answer was recorded for {request.query_string.decode()}"
        return Response(found.read_bytes(), content_type="text/xml; charset=utf-8")


def recorded_of_arxiv(folder: Path) -> dict[Query, Path]:
    """The answers that the folder of arXiv's mirror describes in its README."""
    answers = {}
    for line in (folder / "README.md").read_text().splitlines():
        cells = [cell.strip(" `") for cell in line.replace("6511260|1001", "").split("|")]
        if len(cells) == 5 and cells[2] == "GET":
            answers[decoded(cells[3])] = folder / cells[1]
    return answers
