"""What an operator may set, by environment variable; every name has a default that works on a bare laptop."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """The configuration of one deployment; `from_environment` reads it."""

    lake: str  # S1_LAKE: folder or object-store URL of the tables
    mirror: str | None  # S1_MIRROR: folder or URL holding <source>/ in the source's own layout
    workers: str  # S1_WORKERS: local or local:N
    captioner: str  # S1_CAPTIONER: extractive
    publish: str  # S1_PUBLISH: folder or s3:// URL of the published shards
    cache: str  # S1_CACHE: local folder for what can be computed again (metadata indexes)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Settings of this process. An empty variable counts as unset."""

        def get(name: str, default: str) -> str:
            return environment.get(name) or default

        lake = get("S1_LAKE", str(PROJECT / "lake"))
        return cls(
            lake=lake,
            mirror=environment.get("S1_MIRROR") or None,
            workers=get("S1_WORKERS", "local"),
            captioner=get("S1_CAPTIONER", "extractive"),
            publish=get("S1_PUBLISH", f"{lake.rstrip('/')}/releases"),
            cache=get("S1_CACHE", str(PROJECT / "build" / "cache")),
        )
