"""Buckets that sources publish in, read with obstore; what goes wrong there is told as of the other services.

They are asked as the other services are: who asks stands in each request, limits are those of `services.py`, and what
fails in a way that may pass is tried again by obstore, as the client's patience says (5xx, broken connections, time
outs; S3 tells no time to come back). A bucket whose requester pays charges the account whose keys it is asked with.

Unlike other services a bucket may redirect to any host: obstore follows, and has no switch for that. It leaves out the
signature then, but not who asks and the token of temporary keys, which is of no use without their secret.
"""

import functools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError, NotFoundError, PermissionDeniedError, PreconditionError, UnauthenticatedError
from obstore.store import ObjectStore, S3Store

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config

from resources.live.bucket_places import Place
from resources.live.download import MAX_FILE_BYTES
from resources.live.failures import SourceDownError, SourceRefusedError, TooLargeError
from resources.live.http import MAX_ANSWER_BYTES, Client
from resources.live.limits import ClosedError
from resources.live.partial import Download, Promised, locked_partial

PIECE_BYTES = 8 << 20
LISTED_AT_ONCE = 1000  # what S3 gives in one answer
_STATUS = re.compile(r"Server returned non-2xx status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w{1,50})</Code>")
_DENIED, _NOT_FOUND, _BEYOND_ITS_END = {401, 403}, 404, 416
_RETRY_SECONDS = 240.0  # credentials of a request that is tried again get no younger
_INSTANCE_CREDENTIALS = "/latest/api/token"  # asked when the environment has none; only AWS's machines answer


@dataclass(frozen=True)
class Bucket:
    """The bucket of the service `name`, asked in the way of `client`; what comes of its files waits in its cache."""

    name: str
    url: str
    client: Client
    requester_pays: bool = False

    @classmethod
    def of(cls, client: Client, name: str, *, requester_pays: bool = False) -> "Bucket":
        """The bucket that a deployment names for a service. Raises ValueError when it is at no s3:// URL."""
        url = client.services[name].url
        if not url.startswith("s3://"):
            raise ValueError(f"S1_SERVICES: {name} is to be an s3:// URL and is {url!r}")
        return cls(name, url, client, requester_pays)

    def head(self, path: str) -> "obstore.ObjectMeta":
        """Size and entity tag of a file. Raises FileNotFoundError for one that is not there, and as `download` does."""
        with self._asking(path):
            return obstore.head(self._store, path)

    def read(self, path: str, max_bytes: int = MAX_ANSWER_BYTES) -> bytes:
        """A whole file. Raises as `download` does."""
        with self._asking(path):
            found = obstore.get(self._store, path)
            self._check_size(path, found.meta["size"], max_bytes)
            return bytes(found.bytes())

    def range(self, path: str, start: int, length: int) -> bytes:
        """`length` bytes of a file from byte `start` on, fewer where it ends before.

        Raises EOFError when it has no byte `start`, and as `download` does.
        """
        with self._asking(path):
            return bytes(obstore.get_range(self._store, path, start=start, length=length))

    def files(self, folder: str) -> Iterator["obstore.ObjectMeta"]:
        """The files under a folder at any depth, none where there is no such folder.

        Raises SourceRefusedError when there is no such bucket either, and as `download` does.
        """
        batches = iter(obstore.list(self._store, prefix=folder, chunk_size=LISTED_AT_ONCE))
        while True:
            try:
                with self._asking(folder):
                    batch = next(batches, None)
            except FileNotFoundError as error:
                why, advice = "there is no such bucket", f"if it moved, set the URL of {self.name} in S1_SERVICES"
                raise SourceRefusedError(self.name, self.url, why, advice) from error
            if batch is None:
                return
            yield from batch

    @contextmanager
    def download(
        self, path: str, promised: Promised | None = None, max_bytes: int = MAX_FILE_BYTES
    ) -> Iterator[Download]:
        """A file, received to a local one that is removed when the block ends well; resumed where it broke off.

        Raises FileNotFoundError for a file that is not there, BrokenPromiseError for one that is not as promised,
        TooLargeError for one of more than `max_bytes`, SourceRefusedError when access is denied, SourceDownError when
        the bucket fails.
        """
        with locked_partial(self.client.cache, f"{self.url}/{path}") as partial:
            meta = self.head(path)
            tag, size = meta["e_tag"] or "", meta["size"]
            self._check_size(path, size, max_bytes)
            if not tag or partial.marks.get("etag") != tag:
                partial.begin(tag)
            with partial.path.open("ab") as file:
                for start in range(file.tell(), size, PIECE_BYTES):
                    with self._asking(path):
                        piece = (start, min(start + PIECE_BYTES, size))
                        found = obstore.get(self._store, path, options={"range": piece, "if_match": tag or None})
                        file.write(found.bytes())
            partial.check(self.name, f"{self.url}/{path}", promised or Promised(size))
            yield Download(partial.path, {"etag": tag})

    def _check_size(self, path: str, size: int, max_bytes: int) -> None:
        if size > max_bytes:
            why = f"its file has {size} bytes, more than {max_bytes}"
            raise TooLargeError(self.name, f"{self.url}/{path}", why, "leave it out, or allow more")

    @property
    def _credentials(self) -> str:
        payer = "; its requester pays" if self.requester_pays else ""
        keys = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or both as S1_AWS_… for sources' buckets alone)"
        return f"set {keys} of an account that may read it{payer}"

    @functools.cached_property
    def _store(self) -> ObjectStore:
        place, patience = Place.of(self.name, self.url), self.client.patience
        config: S3Config = {**place.config, "request_payer": True} if self.requester_pays else place.config
        client: ClientConfig = {
            "user_agent": self.client.user_agent,
            "allow_http": place.is_without_encryption,
            "read_timeout": timedelta(seconds=patience.silence),
            "timeout": timedelta(seconds=patience.answer),
        }
        retry: RetryConfig = {
            "max_retries": int(patience.attempts) - 1,
            "retry_timeout": timedelta(seconds=min(patience.answer, _RETRY_SECONDS)),
            "backoff": {
                "init_backoff": timedelta(seconds=patience.first_wait),
                "max_backoff": timedelta(seconds=patience.longest_wait),
                "base": 2,
            },
        }
        return S3Store.from_url(
            self.url, config=config, client_options=client, retry_config=retry, credential_provider=place.keys
        )

    @contextmanager
    def _asking(self, path: str) -> Iterator[None]:
        """One request, in its turn; what goes wrong is told as of the other services."""
        turnstile, closure = self.client.turnstile(self.name), self.client.patience.longest_closure
        try:
            with self._told(path), turnstile.turn(closure):
                yield
        except ClosedError as error:
            url = f"{self.url}/{path}"
            raise SourceDownError(self.name, url, f"it is to be left alone, {error}", "run again then") from error

    @contextmanager
    def _told(self, path: str) -> Iterator[None]:
        """Tells what went wrong. What a bucket answered is not quoted: that holds the key's name and signatures."""
        url = f"{self.url}/{path}"
        try:
            yield
        except (FileNotFoundError, NotFoundError):
            raise FileNotFoundError(f"{url} is not there") from None
        except (PermissionDeniedError, UnauthenticatedError):
            raise SourceRefusedError(self.name, url, "access was denied", self._credentials) from None
        except PreconditionError:
            raise SourceDownError(self.name, url, "the file changed while it came", "run again") from None
        except BaseError as error:
            text = " ".join(str(error).split())
            answered, code = _STATUS.search(text), _CODE.search(text)
            status = int(answered[1]) if answered else 0  # listing has no exceptions of its own for these
            if _INSTANCE_CREDENTIALS in text:
                raise SourceRefusedError(self.name, url, "there are no credentials", self._credentials) from None
            if status in _DENIED:
                raise SourceRefusedError(self.name, url, "access was denied", self._credentials, status) from None
            if status == _NOT_FOUND:
                raise FileNotFoundError(f"{url} is not there") from None
            if status == _BEYOND_ITS_END:
                raise EOFError(f"{url} ends before the bytes that were asked for") from None
            said = f"it answered {status}{f', {code[1]}' if code else ''}"
            why = said if status else text.partition(" Debug source:")[0][:300]
            raise SourceDownError(self.name, url, why, "run again later; what was fetched stays") from None
