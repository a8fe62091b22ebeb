"""Make the sample papers as a small mirror of every source: `python -m samples.make FOLDER`.

Each folder of `samples/papers/<source>/` is one paper; README.md beside this file says what it holds.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from samples import arxiv_layout, crossref_layout, meca_layout, osf_layout, pmc_layout
from samples.paper import Paper, read_papers

# The files of a source's papers by their path in the mirror, in the layout that the source itself has.
LAYOUTS: dict[str, Callable[[Sequence[Paper]], Mapping[str, bytes]]] = {
    "arxiv": arxiv_layout.lay_out,
    "biorxiv": meca_layout.lay_out,
    "medrxiv": meca_layout.lay_out,
    "natcomms": pmc_layout.lay_out,
    "chemrxiv": crossref_layout.lay_out,
    **dict.fromkeys(("psyarxiv", "engrxiv", "edrxiv", "metarxiv"), osf_layout.lay_out),
}


def make_samples(folder: Path) -> None:
    """Write the mirror; files that would not change are left alone, so that nothing looks new."""
    for source, lay_out in LAYOUTS.items():
        for name, content in lay_out(read_papers(source)).items():
            path = folder / name
            if not path.is_file() or path.read_bytes() != content:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)


def main() -> None:
    """Command line: one argument, the folder that becomes the mirror."""
    parser = argparse.ArgumentParser(description="Make the sample papers as a small mirror of every source.")
    parser.add_argument("folder", type=Path, help="the mirror; papers go to FOLDER/<source> in the source's own layout")
    folder = parser.parse_args().folder
    make_samples(folder)
    print(f"sample papers are in {folder}")


if __name__ == "__main__":
    main()
