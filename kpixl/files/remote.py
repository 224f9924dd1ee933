"""Files that are named by a URL, such as ``s3://bucket/folder/a.xlsx``: listed and read by fsspec, never written."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpixl.errors import N_, ExtraMissing, FileMissing, WorkbookError
from kpixl.files.reading import LARGEST, FileTooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator

STORES = {
    "s3": "s3fs", "s3a": "s3fs", "abfs": "adlfs", "abfss": "adlfs", "az": "adlfs", "gs": "gcsfs", "gcs": "gcsfs",
}  # fmt: skip
"""What the store of a URL needs besides fsspec, by the URL's scheme."""


class StoreSilent(WorkbookError):
    """A store that does not answer, or does not let one in."""

    code = "store_silent"
    template = N_("{path} cannot be read from where it lies ({detail}); check the address and the access to it.")


def is_url(word: str) -> bool:
    """Whether a word names a file by a URL."""
    scheme, mark, _ = word.partition("://")
    return bool(mark) and scheme.isalnum()


def listed(url: str) -> dict[str, str] | None:
    """The URLs of all files below a folder, in their order, each with its path within the folder; None where the URL is
    none of a folder. ExtraMissing, StoreSilent."""
    files, path = _store(url)
    try:
        if not files.isdir(path):
            return None
        above = path.rstrip("/") + "/"
        return {files.unstrip_protocol(name): name.removeprefix(above) for name in sorted(files.find(path))}
    except Exception as error:  # each store has errors of its own
        raise StoreSilent(path=url, detail=_detail(error)) from error


@contextmanager
def fetched(url: str) -> Iterator[Path]:
    """A copy of a file on this machine, under the name that it has there, until the block ends. FileMissing,
    FileTooLarge, ExtraMissing, StoreSilent."""
    files, path = _store(url)
    try:
        size = files.size(path)
        data = b"" if (size or 0) > LARGEST else files.cat_file(path)
    except FileNotFoundError as error:
        raise FileMissing(path=url) from error
    except Exception as error:
        raise StoreSilent(path=url, detail=_detail(error)) from error
    if (size or 0) > LARGEST:
        raise FileTooLarge(path=url, limit=LARGEST // 1_000_000)
    with tempfile.TemporaryDirectory(prefix="kpixl-") as folder:
        copy = Path(folder, url.rpartition("/")[2])
        copy.write_bytes(data)
        yield copy


def _store(url: str) -> tuple[Any, str]:
    """The file system of a URL, and the path on it."""
    try:
        import fsspec
    except ImportError as error:
        raise ExtraMissing(what=url, install='"kpixl[portfolio]"') from error
    scheme = url.partition("://")[0]
    try:
        files, path = fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise ExtraMissing(what=url, install=STORES.get(scheme, str(error))) from error
    except Exception as error:
        raise StoreSilent(path=url, detail=_detail(error)) from error
    return files, path


def _detail(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
