"""Streams of text out of files in any of the usual encodings, with progress on a terminal."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import IO, Any

import ijson
from tqdm import tqdm

from lanehop.errors import SourceError
from lanehop.read.exports.outline import damaged
from lanehop.read.files import Blob
from lanehop.read.tables.layout import BLOCK, Utf8

__all__ = ["counted_stream", "open_text", "progress", "told"]

_SECONDS_UNSEEN = 1.0
"""How long reading takes before its progress is shown."""

_bar: ContextVar[Any] = ContextVar("_bar", default=None)


def open_text(blob: Blob, *, counted: bool = True) -> IO[bytes]:
    """Open a text in UTF-8 or UTF-16 as UTF-8 without a byte order mark."""
    utf16 = blob.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not utf16 and not blob.head.startswith(codecs.BOM_UTF8):
        stream = blob.open()
        return counted_stream(stream) if counted else stream
    raw = Utf8(blob.open(), "utf-16" if utf16 else "utf-8")
    return counted_stream(raw) if counted else io.BufferedReader(raw, BLOCK)


@contextmanager
def told(name: str) -> Iterator[None]:
    """Tell of damaged JSON as a SourceError."""
    try:
        yield
    except ijson.JSONError as error:
        raise damaged(name, error, 0) from error
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{name!r} is JSON that is not UTF-8 ({error.reason}); save it again as UTF-8, as the API gives it"
        ) from error


class _Counted(io.RawIOBase):
    """A stream that tells a bar how far it has been read."""

    def __init__(self, stream: Any, bar: Any) -> None:
        self._stream, self._bar = stream, bar

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._bar.update(len(data))
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def counted_stream(stream: Any) -> Any:
    """Return a stream that moves the bar of :func:`progress` on, if there is one."""
    bar = _bar.get()
    if bar is not None:
        return io.BufferedReader(_Counted(stream, bar), BLOCK)
    return io.BufferedReader(stream, BLOCK) if isinstance(stream, io.RawIOBase) else stream


@contextmanager
def progress(blobs: Sequence[Blob]) -> Iterator[Any]:
    """Show on a terminal how many bytes of these files have been read; elsewhere show nothing."""
    sizes = [None if blob.path is None else blob.path.stat().st_size for blob in blobs]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    with tqdm(
        total=total, unit="B", unit_scale=True, unit_divisor=1024, desc="reading", disable=None, delay=_SECONDS_UNSEEN
    ) as bar:
        token = _bar.set(None if bar.disable else bar)
        try:
            yield bar
        finally:
            _bar.reset(token)
