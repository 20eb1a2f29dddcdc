"""Files: what a path leads to, told by content and never by its ending; gzip and zip are looked into."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import re
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from lanehop.errors import ArgumentError, DialectError, SourceError

_HEAD = 8192
_MOST_LAYERS = 3
# A text passed instead of a path can be long.
_SHOWN_PATH = 200

_NOT_READ = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old .xls workbook or a password-protected one; save it as .xlsx without "
    "a password, or as CSV",
    b"SQLite format 3\x00": "an SQLite database; read the table with pandas.read_sql and pass the frame",
    b"ARROW1": "an Arrow IPC (Feather) file; pass pyarrow.feather.read_table(path)",
    b"Obj\x01": "an Avro file; convert it to Parquet or CSV",
    b"ORC": "an ORC file; pass pyarrow.orc.read_table(path)",
    b"%PDF": "a PDF; export the data as CSV",
    b"BZh": "packed with bzip2; unpack it, or pack it with gzip",
    b"\xfd7zXZ\x00": "packed with xz; unpack it, or pack it with gzip",
    b"\x28\xb5\x2f\xfd": "packed with zstd; unpack it, or pack it with gzip",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive; unpack it",
    b"Rar!": "a RAR archive; unpack it",
}


_UTF16 = re.compile(rb"(?:[^\x00]\x00){4}|(?:\x00[^\x00]){4}")


@dataclass(frozen=True)
class Blob:
    """Bytes under a name, to be opened as often as needed; `path` is None if they stand packed."""

    name: str
    head: bytes
    open: Callable[[], IO[bytes]]
    path: Path | None

    def load(self) -> IO[bytes]:
        """Open for random access; packed bytes are unpacked into memory."""
        if self.path is not None:
            return self.path.open("rb")
        with self.open() as stream:
            return io.BytesIO(stream.read())


def find_blob(source: str | os.PathLike[str]) -> Blob:
    """Find the one file that a path leads to, through gzip and zip.

    Raises
    ------
    SourceError
        If it is missing, a directory, empty, on the network, damaged, or an archive of several files.
    """
    text = os.fspath(source)
    if isinstance(text, bytes):
        raise ArgumentError(f"source must be a text path, not bytes ({text[:80]!r})")
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text):
        raise SourceError(f"{text!r}: lanehop does not read the network; download the file and pass its path")
    path = Path(text)
    shown = text if len(text) <= _SHOWN_PATH else text[:_SHOWN_PATH] + "..."
    try:
        if path.is_dir():
            raise SourceError(f"{shown!r} is a directory; pass one file of it")
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except FileNotFoundError:
        raise SourceError(f"no file {shown!r} (looked from {Path.cwd()}); check the path") from None
    except (OSError, ValueError) as error:
        raise SourceError(
            f"{shown!r} cannot be opened ({getattr(error, 'strerror', None) or error}); check the path"
        ) from error
    blob = Blob(shown, head, lambda: path.open("rb"), path)
    for _ in range(_MOST_LAYERS):
        if not blob.head:
            raise SourceError(f"{blob.name!r} is empty (0 bytes); export or download it again")
        if blob.head.startswith(b"\x1f\x8b"):
            blob = _inside_gzip(blob)
        elif blob.head.startswith(b"PK\x03\x04") or blob.head.startswith(b"PK\x05\x06"):
            inner = _inside_zip(blob)
            if inner is None:
                return blob
            blob = inner
        else:
            return blob
    raise SourceError(f"{blob.name!r} is packed more than {_MOST_LAYERS} times over; unpack it")


def is_beside_data(blob: Blob, encoding: str | None) -> bool:
    """Whether a file is an image, a document or the like, which may lie beside the pages of an export."""
    head = blob.head
    if head.startswith(b"%PDF"):
        return True
    named = (b"PAR1", b"PK", b"\xff\xfe", b"\xfe\xff", *_NOT_READ)
    return encoding is None and b"\x00" in head and not head.startswith(named) and not _UTF16.match(head)


def check_encoding(encoding: str | None) -> None:
    """Raise DialectError if a dialect's encoding is none that Python knows."""
    if encoding is not None:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise DialectError(f"unknown encoding {encoding!r}; pass one that Python knows, such as 'cp1252'") from None


def tell_kind(blob: Blob, encoding: str | None) -> str:
    """Tell what a file holds: ``parquet``, ``excel``, ``xes`` (any XML), ``json`` or ``csv`` (any other text).

    Raises
    ------
    SourceError
        If it is HTML, or binary of another kind.
    """
    head = blob.head
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK"):
        return "excel"
    for magic, what in _NOT_READ.items():
        if head.startswith(magic):
            raise SourceError(f"{blob.name!r} is {what}")
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\x00" in head and not utf16 and encoding is None:
        if _UTF16.match(head):
            order = "be" if head.startswith(b"\x00") else "le"
            raise SourceError(
                f"{blob.name!r} looks like UTF-16 without a byte order mark; pass encoding='utf-16-{order}'"
            )
        raise SourceError(
            f"{blob.name!r} is binary and not of a kind that lanehop reads (first bytes {head[:8]!r}); "
            "pass CSV, Parquet, Excel (.xlsx) or XES, or a frame"
        )
    text = head.decode("utf-16" if utf16 else encoding or "utf-8", errors="replace").lstrip("\ufeff \t\r\n\ufffd")
    if re.match(r"<[?!a-z_]", text, re.IGNORECASE):
        if re.search(r"<!doctype\s+html|<html", text[:2000], re.IGNORECASE):
            raise SourceError(
                f"{blob.name!r} is an HTML page, not data (often a login that had expired when it was downloaded); "
                "download it again and look at it in a text editor"
            )
        return "xes"
    if re.match(r'\{\s*["}]|\[\s*[\[{\]]', text):
        return "json"
    return "csv"


class _Unpacked(io.RawIOBase):
    """A packed stream whose damage is told as a SourceError, and which closes all that it opened."""

    def __init__(self, name: str, stream: IO[bytes], opened: ExitStack) -> None:
        self._name, self._stream, self._opened = name, stream, opened

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            return self._stream.read(size)
        except (EOFError, OSError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise SourceError(_damaged(self._name, error)) from error

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._opened.close()
        super().close()


def _damaged(name: str, error: BaseException) -> str:
    what = "is cut off or damaged"
    if isinstance(error, RuntimeError) and "password" in str(error):
        return f"{name!r} is locked with a password; unpack it and pass the file"
    return f"{name!r} {what} ({str(error).strip('.').lower() or type(error).__name__}); download or export it again"


def _inside_gzip(outer: Blob) -> Blob:
    def unpack() -> IO[bytes]:
        with ExitStack() as stack:
            stream: Any = stack.enter_context(gzip.GzipFile(fileobj=stack.enter_context(outer.open())))
            return io.BufferedReader(_Unpacked(outer.name, stream, stack.pop_all()), 1 << 16)

    with unpack() as opened:
        return Blob(outer.name, opened.read(_HEAD), unpack, None)


def _inside_zip(outer: Blob) -> Blob | None:
    """Return the one file in a zip archive; None if the archive is an Excel workbook itself."""
    try:
        with outer.load() as raw, zipfile.ZipFile(raw) as archive:
            members = [
                m
                for m in archive.namelist()
                if not m.endswith("/") and not m.startswith("__MACOSX/") and m.rpartition("/")[2] != ".DS_Store"
            ]
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise SourceError(_damaged(outer.name, error)) from error
    if "[Content_Types].xml" in members:
        if any(m.startswith("xl/") for m in members):
            return None
        raise SourceError(f"{outer.name!r} is an Office file, but no workbook; save the data as .xlsx or CSV")
    if "mimetype" in members and "content.xml" in members:
        raise SourceError(f"{outer.name!r} is an OpenDocument file; save it as .xlsx or CSV")
    if len(members) != 1:
        listed = ", ".join(repr(m) for m in members[:10]) + ", ..." * (len(members) > 10)
        raise SourceError(
            f"{outer.name!r} holds {len(members)} files{': ' * bool(members)}{listed}; "
            "lanehop reads archives of one: unpack it and pass the file that is meant, or the folder of an export"
        )
    name = f"{outer.name}/{members[0]}"

    def unpack() -> IO[bytes]:
        with ExitStack() as stack:
            try:
                archive = stack.enter_context(zipfile.ZipFile(stack.enter_context(outer.load())))
                stream = stack.enter_context(archive.open(members[0]))
            except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
                raise SourceError(_damaged(name, error)) from error
            return io.BufferedReader(_Unpacked(name, stream, stack.pop_all()), 1 << 16)

    with unpack() as opened:
        return Blob(name, opened.read(_HEAD), unpack, None)
