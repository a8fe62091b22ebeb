"""What an operator may set, by environment variable; every name has a default that works on a bare laptop."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# Which warnings S1_ALERT_WARNINGS may name.
WARNINGS = ("measured", "all", "none")
# Who rewrites captions, as S1_CAPTIONER says.
CAPTIONERS = ("extractive", "vllm", "openai")
# Where chunks are read, as S1_ARXIV_CHUNKS says.
ARXIV_CHUNKS = ("fetched", "in_place")
PROJECT = Path(__file__).resolve().parent.parent
# What S1_ENGINE may not hold, because a setting of its own says it and more depends on it.
SET_ELSEWHERE = {
    "model": "S1_MODEL",
    "revision": "S1_MODEL=owner/name@revision",
    "tensor_parallel_size": "S1_TENSOR_PARALLEL",
    "data_parallel_size": "S1_DATA_PARALLEL",
    "hf_token": "HF_TOKEN",  # a secret, and S1_ENGINE is shown
}
_USER = re.compile(r"(?<=://)[^/?#\s\"]*@")


@dataclass(frozen=True)
class Settings:
    """The configuration of one deployment; `from_environment` reads it.

    Dagster's UI, runs and logs show everything but what holds secrets, which `repr` leaves out too.
    """

    lake: str  # S1_LAKE: folder or object-store URL of the tables
    mirror: str | None  # S1_MIRROR: folder or URL holding <source>/ in the source's own layout
    contact: str | None  # S1_CONTACT: e-mail address or URL that live services are told
    downloads: str  # S1_DOWNLOADS: folder or object-store URL of what live services gave, in their own layouts
    services: str  # S1_SERVICES: JSON object of live services' names and base URLs
    arxiv_chunks: str  # S1_ARXIV_CHUNKS: fetched, or in_place, read in arXiv's bucket by ranges
    workers: str  # S1_WORKERS: local, local:N or ray://host:port
    captioner: str  # S1_CAPTIONER: extractive, vllm or openai
    model: str  # S1_MODEL: folder, hub id or hub id@revision
    tensor_parallel: int | None  # S1_TENSOR_PARALLEL: GPUs a replica; None is from the model's size
    data_parallel: int | None  # S1_DATA_PARALLEL: replicas; None is as many as there are GPUs for
    endpoints: tuple[str, ...] = field(repr=False)  # S1_ENDPOINTS: URLs of OpenAI-compatible servers; holds secrets
    engine: str  # S1_ENGINE: JSON object of further vLLM engine arguments
    prompt: str  # S1_PROMPT: name of a file in captioning/prompts
    image_folder: str | None  # S1_IMAGE_FOLDER: folder shared with the endpoints, through which images go
    clip: str  # S1_CLIP: open_clip architecture, its name or the path of its configuration file
    clip_weights: str | None  # S1_CLIP_WEIGHTS: open_clip tag or file of a checkpoint; None measures no CLIP score
    pppl_model: str | None  # S1_PPPL_MODEL: masked language model, hub id or folder; None measures no pseudo-perplexity
    pppl_sample: int | None  # S1_PPPL_SAMPLE: pairs of each part to measure it on; None is all
    publish: str  # S1_PUBLISH: folder or s3:// URL of the published shards
    cache: str  # S1_CACHE: local folder for what can be computed again (metadata indexes)
    alert_warnings: str  # S1_ALERT_WARNINGS: warnings that are told as they come: measured, all or none
    ui_url: str  # S1_UI_URL: where people reach the Dagster UI
    alerts: str | None = field(repr=False)  # S1_ALERTS: channels, comma-separated; holds secrets
    smtp: str | None = field(repr=False)  # S1_SMTP: the mail server's URL; holds secrets

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Settings of this process. An empty variable counts as unset.

        Raises ValueError, which names the variable, for a value that cannot be meant.
        """

        def get(name: str, default: str) -> str:
            return environment.get(name) or default

        lake = get("S1_LAKE", str(PROJECT / "lake"))
        settings = cls(
            lake=lake,
            mirror=environment.get("S1_MIRROR") or None,
            contact=environment.get("S1_CONTACT") or None,
            downloads=get("S1_DOWNLOADS", f"{lake.rstrip('/')}/downloads"),
            services=get("S1_SERVICES", "{}"),
            arxiv_chunks=_one_of("S1_ARXIV_CHUNKS", get("S1_ARXIV_CHUNKS", "fetched"), ARXIV_CHUNKS),
            workers=get("S1_WORKERS", "local"),
            captioner=_one_of("S1_CAPTIONER", get("S1_CAPTIONER", "extractive"), CAPTIONERS),
            model=get("S1_MODEL", "Qwen/Qwen3-VL-8B-Instruct"),
            tensor_parallel=_count("S1_TENSOR_PARALLEL", get("S1_TENSOR_PARALLEL", "")),
            data_parallel=_count("S1_DATA_PARALLEL", get("S1_DATA_PARALLEL", "")),
            endpoints=_urls("S1_ENDPOINTS", get("S1_ENDPOINTS", "")),
            engine=get("S1_ENGINE", "{}"),
            prompt=get("S1_PROMPT", "figure"),
            image_folder=environment.get("S1_IMAGE_FOLDER") or None,
            clip=get("S1_CLIP", "ViT-B-32"),
            clip_weights=environment.get("S1_CLIP_WEIGHTS") or None,
            pppl_model=environment.get("S1_PPPL_MODEL") or None,
            pppl_sample=_sample("S1_PPPL_SAMPLE", get("S1_PPPL_SAMPLE", "100")),
            publish=get("S1_PUBLISH", f"{lake.rstrip('/')}/releases"),
            cache=get("S1_CACHE", str(PROJECT / "build" / "cache")),
            alert_warnings=_one_of("S1_ALERT_WARNINGS", get("S1_ALERT_WARNINGS", "measured"), WARNINGS),
            ui_url=_base_url("S1_UI_URL", get("S1_UI_URL", "http://127.0.0.1:3000")),
            alerts=environment.get("S1_ALERTS") or None,
            smtp=environment.get("S1_SMTP") or None,
        )
        settings._refuse_shown_users()
        _ = settings.engine_overrides  # a mistake in S1_ENGINE shows here and not when an engine starts
        return settings

    @property
    def engine_overrides(self) -> dict[str, Any]:
        """S1_ENGINE as vLLM's argument names and values. Raises ValueError for what is no such object, without it.

        What cannot be read may hold a secret.
        """
        try:
            read = json.loads(self.engine)
        except ValueError as error:
            raise ValueError(f"S1_ENGINE is not JSON: {error}") from error
        if not isinstance(read, dict):
            raise ValueError('S1_ENGINE is no JSON object such as {"max_num_seqs": 128}')
        for name, variable in SET_ELSEWHERE.items():
            if name in read:
                raise ValueError(f"S1_ENGINE holds {name}; set {variable} instead")
        return read

    def _refuse_shown_users(self) -> None:
        for setting in fields(self):
            if setting.repr and _USER.search(str(getattr(self, setting.name))):
                raise ValueError(
                    f"S1_{setting.name.upper()}: a user or password stands before an @, and the UI and logs show this "
                    "setting; credentials of buckets are variables of their own, such as AWS_ACCESS_KEY_ID"
                )


def without_user(url: str) -> str:
    """A URL as it may be shown: without user and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _count(variable: str, text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text)):
        raise ValueError(f"{variable}={text!r} is not a whole number from 1 on")
    return int(text)


def _sample(variable: str, text: str) -> int | None:
    return None if text == "all" else _count(variable, text)


def _one_of(variable: str, text: str, known: Sequence[str]) -> str:
    if text not in known:
        raise ValueError(f"{variable}={text!r} is not understood; use {', '.join(known)}")
    return text


def _base_url(variable: str, text: str) -> str:
    url = text.strip().rstrip("/")
    if not url.startswith(("http://", "https://")) or "," in url:
        shown = text.rpartition("@")[2]  # before it may stand a password
        raise ValueError(f"{variable}={shown!r} is not one URL such as http://127.0.0.1:3000")
    return url


def _urls(variable: str, text: str) -> tuple[str, ...]:
    urls = tuple(url.strip().rstrip("/") for url in text.split(",") if url.strip())
    for number, url in enumerate(urls, start=1):
        if not url.startswith(("http://", "https://")):
            shown = url.rpartition("@")[2]  # before it may stand a password
            raise ValueError(
                f"{variable}: {shown!r} is no URL such as http://127.0.0.1:8000; separate several by commas"
            )
        if not _has_server(url):
            raise ValueError(
                f"{variable}: URL {number} of {len(urls)} cannot be read; a port is a number, and signs such as / "
                "and , in a password are written as %2F and %2C"
            )
    return urls


def _has_server(url: str) -> bool:
    """Whether a URL has a host, and a port that is a number: a password with a / in it looks like another port."""
    try:
        return urlsplit(url).port != 0 and bool(urlsplit(url).hostname)
    except ValueError:
        return False
