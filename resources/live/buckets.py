"""Buckets that sources publish in, read with obstore; what goes wrong there is told as of the other services.

A bucket whose requester pays charges the account whose AWS credentials stand in the environment.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError, NotFoundError, PermissionDeniedError, PreconditionError, UnauthenticatedError
from obstore.store import ObjectStore, S3Store

if TYPE_CHECKING:
    from obstore.store import S3Config

from resources.live.access import LiveAccess
from resources.live.failures import SourceDownError, SourceRefusedError
from resources.live.partial import Download, Promised, locked_partial
from resources.live.services import SERVICES

REGION = "us-east-1"  # of all buckets that sources publish in; a copy of one may be elsewhere
PIECE_BYTES = 8 << 20
_STATUS = re.compile(r"Server returned non-2xx status code: (\d{3})")
_DENIED, _NOT_FOUND = {401, 403}, 404
_INSTANCE_CREDENTIALS = "/latest/api/token"  # asked when the environment has none; only AWS's machines answer


@dataclass(frozen=True)
class Bucket:
    """The bucket of the service `name`; what is received of its files waits under the folder `cache`."""

    name: str
    url: str
    cache: Path
    requester_pays: bool = False

    @classmethod
    def of(cls, live: LiveAccess, name: str, *, requester_pays: bool = False) -> "Bucket":
        """The bucket that a deployment names for a service. Raises ValueError when it is at no s3:// URL."""
        url = live.client.services[name].url
        if not url.startswith("s3://"):
            raise ValueError(f"S1_SERVICES: {name} is to be an s3:// URL and is {url!r}")
        return cls(name, url, live.cache, requester_pays)

    def head(self, path: str) -> "obstore.ObjectMeta":
        """Size and entity tag of a file. Raises FileNotFoundError for one that is not there, and as `download` does."""
        with self._told(path):
            return obstore.head(self._store(), path)

    def read(self, path: str) -> bytes:
        """A whole file. Raises as `download` does."""
        with self._told(path):
            return bytes(obstore.get(self._store(), path).bytes())

    def files(self, folder: str) -> Iterator["obstore.ObjectMeta"]:
        """The files under a folder at any depth, none where there is no such folder.

        Raises SourceRefusedError when there is no such bucket either, and as `download` does.
        """
        try:
            with self._told(folder):
                for batch in obstore.list(self._store(), prefix=folder):
                    yield from batch
        except FileNotFoundError as error:
            why, advice = "there is no such bucket", f"if it moved, set the URL of {self.name} in S1_SERVICES"
            raise SourceRefusedError(self.name, self.url, why, advice) from error

    @contextmanager
    def download(self, path: str, promised: Promised | None = None) -> Iterator[Download]:
        """A file, received to a local one that is removed when the block ends well; resumed where it broke off.

        Raises FileNotFoundError for a file that is not there, BrokenPromiseError for one that is not as promised,
        SourceRefusedError when access is denied, SourceDownError when the bucket fails.
        """
        with locked_partial(self.cache, f"{self.url}/{path}") as partial:
            meta = self.head(path)
            tag = meta["e_tag"] or ""
            if not tag or partial.validator != tag:
                partial.begin(tag)
            with self._told(path), partial.path.open("ab") as file:
                for start in range(file.tell(), meta["size"], PIECE_BYTES):
                    end = min(start + PIECE_BYTES, meta["size"])
                    piece = obstore.get(self._store(), path, options={"range": (start, end), "if_match": tag or None})
                    file.write(piece.bytes())
            partial.check(self.name, f"{self.url}/{path}", promised or Promised(meta["size"]))
            yield Download(partial.path, {"etag": tag})

    @property
    def _credentials(self) -> str:
        payer = "; its requester pays" if self.requester_pays else ""
        return f"set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of an account that may read it{payer}"

    def _store(self) -> ObjectStore:
        config: S3Config = {"request_payer": True} if self.requester_pays else {}
        if self.url == SERVICES[self.name].url:
            config["region"] = REGION
        return S3Store.from_url(self.url, config=config)

    @contextmanager
    def _told(self, path: str) -> Iterator[None]:
        url = f"{self.url}/{path}"
        try:
            yield
        except (FileNotFoundError, NotFoundError) as error:
            raise FileNotFoundError(f"{url} is not there") from error
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise SourceRefusedError(self.name, url, "access was denied", self._credentials) from error
        except PreconditionError as error:
            raise SourceDownError(self.name, url, "the file changed while it came", "run again") from error
        except BaseError as error:
            said = _STATUS.search(str(error))  # listing has no exceptions of its own for these
            status = int(said[1]) if said else 0
            if _INSTANCE_CREDENTIALS in str(error):
                raise SourceRefusedError(self.name, url, "there are no credentials", self._credentials) from error
            if status in _DENIED:
                raise SourceRefusedError(self.name, url, "access was denied", self._credentials, status) from error
            if status == _NOT_FOUND:
                raise FileNotFoundError(f"{url} is not there") from error
            why = " ".join(str(error).split())[:300]
            raise SourceDownError(self.name, url, why, "run again later; what was fetched stays") from error
