"""Opens a folder or an object-store URL as one kind of store (obstore): lake, mirrors, publishers."""

from pathlib import Path

from obstore.store import LocalStore, ObjectStore, from_url


def open_store(url: str, *, create: bool = False) -> ObjectStore:
    """The store rooted at `url`: a local path, or `s3://bucket/prefix`, `gs://…`, `az://…`.

    Credentials, endpoint and region come from the environment as the AWS, Google and Azure tools read them
    (`AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`, …). `create` makes a missing local folder.

    Raises FileNotFoundError for a local folder that is not there, and ValueError for a scheme obstore does not know.
    """
    if "://" in url and not url.startswith("file://"):
        return from_url(url)
    path = Path(url.removeprefix("file://")).expanduser().resolve()
    if create:
        path.mkdir(parents=True, exist_ok=True)
    elif not path.is_dir():
        raise FileNotFoundError(f"{path} is not a folder; name an existing folder or an object-store URL")
    return LocalStore(path, automatic_cleanup=True)  # no empty folders of what was deleted
