"""`make sql`: a shell over the lake, or one query."""

import argparse

from s1_assets.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--lake", help="folder or URL, instead of S1_LAKE")
    parser.add_argument("-c", "--statement", help="run this statement or ready query and leave")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Opens the shell or runs the statement; returns the exit status. Raises ValueError for a lake it cannot read."""
    import duckdb  # takes longer to load than all else, and no other command needs it

    from resources import catalog

    lake = arguments.lake or settings.lake
    try:
        connection = catalog.connect(lake)
    except duckdb.Error as error:
        raise ValueError(f"the lake {lake} cannot be read: {_what_is_wrong(str(error))}") from error
    return catalog.shell(connection) if arguments.statement is None else catalog.answer(connection, arguments.statement)


def _what_is_wrong(text: str) -> str:
    """The line of DuckDB's error that says it: before it may stand the traceback of the object store, after it more."""
    said = (line for line in text.splitlines() if line.strip() and not line.startswith(("Traceback", " ")))
    return next(said, text)
