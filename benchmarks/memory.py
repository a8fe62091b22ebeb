"""Does memory grow with the size of a cell? The papers of a mirror once, and the same papers twenty times over.

    make bench NAME=memory

Takes every arXiv paper of S1_MIRROR (default: the sample papers), puts them into one month, runs the cell, and samples
the resident memory of all processes of the run together. The ratio is the peak of the single run over that of the
repeated one: 1 is flat, and 1/1.3 = 0.77 is what we hold ourselves to.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from s1_assets.settings import PROJECT
from samples.arxiv_layout import SNAPSHOT, chunk, chunk_name, manifest
from samples.make import make_samples

REPEATS = int(os.environ.get("REPEATS", "20"))
MONTH, PAPERS_PER_CHUNK, SECONDS_BETWEEN_SAMPLES = "2401", 100, 0.2


def repeated_mirror(mirror: Path, folder: Path, repeats: int) -> int:
    """Writes all papers of `mirror`, `repeats` times, as January 2024 under `folder`; returns their number."""
    archives: dict[Path, bytes] = {}
    for tar in sorted((mirror / "arxiv/src").glob("*.tar")):
        with tarfile.open(tar) as source:
            contents = ((member.name, source.extractfile(member)) for member in source)
            archives |= {Path(name): content.read() for name, content in contents if content is not None}
    records = {}
    for line in (mirror / "arxiv" / SNAPSHOT).read_text().splitlines():
        record = json.loads(line)
        records[record["id"].replace("/", "")] = record
    chunks: dict[tuple[str, int], bytes] = {}
    members: dict[tuple[str, int], dict[str, bytes]] = {}
    lines: list[str] = []
    number = 0
    for name, content in list(archives.items()) * repeats:
        number += 1
        new_id = f"{MONTH}.{number:05d}"
        members.setdefault((MONTH, number // PAPERS_PER_CHUNK + 1), {})[new_id + name.suffix] = content
        lines.append(json.dumps(records[name.stem] | {"id": new_id}))
    for key, papers in members.items():
        chunks[key] = chunk(MONTH, papers)
    files = {f"src/{chunk_name(*key)}": tar for key, tar in chunks.items()}
    files |= {"src/arXiv_src_manifest.xml": manifest(chunks, members), SNAPSHOT: "\n".join(lines).encode()}
    for relative, content in files.items():
        path = folder / "arxiv" / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return number


def peak_memory(folder: Path) -> tuple[int, int, float]:
    """Runs the cell of a mirror in `folder`; returns peak bytes of all its processes, of the main one, and seconds."""
    names = {"S1_MIRROR": "mirror", "S1_LAKE": "lake", "S1_CACHE": "cache", "DAGSTER_HOME": "home"}
    (folder / "home").mkdir()
    shutil.copy(PROJECT / "dagster_home/dagster.yaml", folder / "home")
    environment = os.environ | {name: str(folder / part) for name, part in names.items()}
    began, peak, peak_of_main = time.monotonic(), 0, 0
    process = psutil.Popen(
        [sys.executable, "-m", "s1_assets", "cell", "arxiv", "2024-01"],
        env=environment,
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
    )
    while process.poll() is None:
        peak = max(peak, sum(resident(one) for one in [process, *process.children(recursive=True)]))
        peak_of_main = max(peak_of_main, resident(process))
        time.sleep(SECONDS_BETWEEN_SAMPLES)
    if process.returncode:
        raise RuntimeError(f"the run in {folder} failed; run it by hand to see why")
    return peak, peak_of_main, time.monotonic() - began


def resident(process: psutil.Process) -> int:
    """Resident bytes of a process, shared pages included; 0 when it has ended."""
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def main() -> None:
    """Measures both runs and prints the table."""
    table = Table(
        "papers", "peak memory (MB)", "of which main (MB)", "seconds", "papers a minute", title="Memory of a cell's run"
    )
    peaks = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mirror = Path(os.environ["S1_MIRROR"]) if os.environ.get("S1_MIRROR") else folder / "samples"
        if not os.environ.get("S1_MIRROR"):
            make_samples(mirror)
        for repeats in (1, REPEATS):
            run = folder / f"times{repeats}"
            papers = repeated_mirror(mirror, run / "mirror", repeats)
            peak, peak_of_main, seconds = peak_memory(run)
            peaks.append(peak)
            table.add_row(
                f"{papers:,}",
                f"{peak / 1e6:,.0f}",
                f"{peak_of_main / 1e6:,.0f}",
                f"{seconds:,.0f}",
                f"{60 * papers / seconds:,.0f}",
            )
    Console().print(table)
    print(f"ratio {peaks[0] / peaks[1]:.2f}")


if __name__ == "__main__":
    main()
