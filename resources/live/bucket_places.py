"""Where the bucket of a source is asked, and with whose keys.

A source's own bucket is at AWS, whatever the environment says of one's own store. A copy that S1_SERVICES names is
where the environment leads (AWS_ENDPOINT_URL), as the lake is. What is asked of AWS carries the keys S1_AWS_… where
they are set, for an account that is there for sources alone; all else those of the environment (AWS_…).
"""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from resources.live.services import SERVICES, is_encrypted_or_local

if TYPE_CHECKING:
    from obstore.store import S3Config, S3Credential, S3CredentialProvider

REGION = "us-east-1"  # of all buckets that sources publish in
AWS = f"https://s3.{REGION}.amazonaws.com"
KEYS = ("S1_AWS_ACCESS_KEY_ID", "S1_AWS_SECRET_ACCESS_KEY", "S1_AWS_SESSION_TOKEN")  # for sources alone
_S3_ENDPOINT = "AWS_ENDPOINT_URL_S3"  # obstore heeds it whatever its configuration says
_ENDPOINTS = (_S3_ENDPOINT, "AWS_ENDPOINT_URL", "AWS_ENDPOINT")  # as obstore and AWS's tools name it


@dataclass(frozen=True)
class Place:
    """What obstore is told of a place; the environment tells it the rest. `keys` of None are the environment's too."""

    config: "S3Config"
    keys: "S3CredentialProvider | None"

    @classmethod
    def of(cls, service: str, url: str) -> "Place":
        """The place of a service's bucket at `url`.

        Raises ValueError for an endpoint without TLS on another machine, one that obstore would take for the source's
        own bucket too, and for keys of which one half is set.
        """
        if url != SERVICES[service].url:
            endpoint = _endpoint()
            return cls({"endpoint": endpoint}, None) if endpoint else cls({}, _keys())
        if os.environ.get(_S3_ENDPOINT):
            raise ValueError(
                f"{_S3_ENDPOINT} would send what is asked of {url} ({service}) to another store; "
                "name your store's endpoint in AWS_ENDPOINT_URL in its place"
            )
        return cls({"endpoint": AWS, "region": REGION, "virtual_hosted_style_request": False}, _keys())

    @property
    def is_without_encryption(self) -> bool:
        """Whether it is asked over HTTP."""
        return self.config.get("endpoint", "").startswith("http://")


def _endpoint() -> str:
    """The endpoint that the environment names in the place of AWS's, empty for none. Raises ValueError without TLS."""
    for name in _ENDPOINTS:
        if endpoint := os.environ.get(name, ""):
            if not is_encrypted_or_local(endpoint):
                raise ValueError(f"{name}={endpoint!r} is not encrypted; set it to an https:// URL, or unset it")
            return endpoint
    return ""


def _keys() -> "S3CredentialProvider | None":
    """Gives the keys for sources alone, None where the environment has none. Raises ValueError for half of them."""
    key, secret, token = (os.environ.get(name, "") for name in KEYS)
    if bool(key) != bool(secret):
        raise ValueError(f"one of {KEYS[0]} and {KEYS[1]} is not set; set both or none")
    if not key:
        return None
    keys: S3Credential = {"access_key_id": key, "secret_access_key": secret, "token": token or None, "expires_at": None}
    return lambda: keys
