"""`make sql`: a shell over the lake, or one query."""

import argparse

from s1_assets.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--lake", help="folder or URL, instead of S1_LAKE")
    parser.add_argument("-c", "--statement", help="run this statement or ready query and leave")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Opens the shell or runs the statement; returns the exit status."""
    from resources import catalog  # DuckDB takes longer to load than all else, and no other command needs it

    connection = catalog.connect(arguments.lake or settings.lake)
    return catalog.shell(connection) if arguments.statement is None else catalog.answer(connection, arguments.statement)
