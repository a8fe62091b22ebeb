"""Channels that answer as a test tells them to, and what reached them."""

from werkzeug import Response

# What someone with a failed check in each of two sources is told.
TITLES = [
    "Check failed: figure_pairs.images_decode (arxiv 2024-05)",
    "Check failed: figure_pairs.images_decode (biorxiv 2024-05)",
]


def answers(httpserver, path: str, *statuses: int) -> None:
    """Answers requests to a path with the statuses given, and with the last of them from then on."""
    left = list(statuses)
    httpserver.expect_request(path).respond_with_handler(
        lambda _: Response("", left.pop(0) if len(left) > 1 else left[0])
    )


def got(httpserver, path: str, *, status: int = 200) -> list[str]:
    """Titles of the messages that a path took."""
    return [
        request.get_json()["title"]
        for request, response in httpserver.log
        if request.path == path and response.status_code == status
    ]
