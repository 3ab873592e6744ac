"""Detect the encoding of a text file.

UTF-8 and UTF-16 are recognised for certain. The other encodings have one byte per character, and nearly any bytes can
be read in each of them. There, known headings decide, then which reading has the fewest oddly written words, and then
the library charset-normalizer.
"""

import codecs
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import BinaryIO

from chalicelib.inference.patient_file.findings import EncodingUnsupportedError, NotACsvError

_BLOCK_BYTES = 1024 * 1024
_BEGINNING_BYTES = 64 * 1024
"""The part of the file in which headings are looked up."""
_PIECES_MAX = 2000
"""The number of texts with a character beyond ASCII that decide between the encodings with one byte per character."""

# Python's names of the encodings with one byte per character, and the API's.
_SINGLE_BYTE = {"cp1252": "windows-1252", "cp1251": "windows-1251", "mac_roman": "macintosh"}
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
)
_HOW_TO_SAVE = "In Excel: File, Save As, 'CSV UTF-8 (comma delimited)'."

_CONTROL_BYTES = bytes([*range(9), 11, 12, *range(14, 32), 127])
_ASCII = bytes(range(128))
# A byte beyond ASCII with what stands around it in its cell.
_PIECE = re.compile(rb'[^\x80-\xff,;|\t\r\n"]{0,20}[\x80-\xff][^,;|\t\r\n"]{0,40}')

_CAPITALS, _SMALL = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŠŽ", "àáâãäåæçèéêëìíîïñòóôõöøùúûüýßœšž"
_LATIN_LETTERS = _CAPITALS + _SMALL
_WORDS_OF_ONE_LETTER = "Ààáäåèéíóòö"
_CYRILLIC_LETTERS = "А-Яа-яЁёІіЇїЄєҐґЎў"
_SYMBOLS = r"\s\u00b5°±²³·×¼½№‘’“”«»–—€≤≥•"
# What nobody writes. It tells that the encoding is wrong.
_ODD = re.compile(
    rf"[^\x00-\x7f{_LATIN_LETTERS}{_CYRILLIC_LETTERS}{_SYMBOLS}]"  # M¸ller, MŸller, 20†100
    r"|(?<=[^\W\d_])[^\w\s\x00-\x7f‘’“”–—](?=[^\W\d_])|(?<=[^\W\d_])[–—](?=[a-z])|\w[‘“](?!\w)"  # N–ez, Zo‘
    r"|(?<=\d)[ІіЄє№≤≥]|(?<!\w)[²³]"  # і and ≥ for ³
    rf"|(?<=\d)[{_LATIN_LETTERS}{_CYRILLIC_LETTERS}](?=\d)"  # 20К100
    rf"|(?<=[a-z])[{_CAPITALS}]|(?<=[{_SMALL}])[A-Z]|\b[DLOdl]Õ(?=[A-Z])"  # AndrŽ, OÕBrien
    rf"|(?<![^\W\d_])(?![{_WORDS_OF_ONE_LETTER}])[{_LATIN_LETTERS}](?![^\W\d_])"  # Smith ñ Jones
    rf"|[{_LATIN_LETTERS}]{{3,}}"  # Èâàíîâà
    rf"|[A-Za-z](?=[{_CYRILLIC_LETTERS}])|[{_CYRILLIC_LETTERS}](?=[A-Za-z])"  # Mьller
    rf"|(?<=[A-Za-z] )[{_CYRILLIC_LETTERS}](?!\w)"  # Smith Р Jones
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of a text file.

    Parameters
    ----------
    codec
        Python's name, without byte order mark.
    name
        The API's name: utf-8, utf-16, windows-1251, windows-1252 or macintosh.
    is_certain
        Whether there was evidence for it. Otherwise a library's guess decided.
    text_start
        The position of the text, behind the byte order marks.
    beginning
        The first part of the text that is not blank, without leading blanks. Empty if the file is blank.
    is_sample
        Whether the file may end within a character.
    """

    codec: str
    name: str
    is_certain: bool
    text_start: int
    beginning: str
    is_sample: bool

    def open_text(self, source: BinaryIO) -> io.TextIOWrapper:
        """Return the text of ``source``, from its beginning."""
        source.seek(self.text_start)
        # Only the end of a sample can't be decoded.
        errors = "ignore" if self.is_sample else "strict"
        return io.TextIOWrapper(source, self.codec, errors=errors, newline="")


def detect(source: BinaryIO, *, is_sample: bool, known_headings: Callable[[str], int]) -> Encoding:
    """Return the encoding of ``source``, which stands at the beginning of the file.

    All of ``source`` is read, in blocks.

    Parameters
    ----------
    is_sample
        ``source`` is only the beginning of a file, and may end within a character.
    known_headings
        Returns how many headings in the first lines of a text are known.

    Raises
    ------
    NotACsvError
        The file holds control characters.
    EncodingUnsupportedError
        The file is in UTF-16 without a byte order mark, or only its first part is in UTF-8.
    """
    head = source.read(_BLOCK_BYTES)
    codec, name, start = _unicode(head)
    if not start and _looks_like_utf16(head):
        raise EncodingUnsupportedError(
            f"The file is in UTF-16, but does not begin with a byte order mark. Please save it as UTF-8. {_HOW_TO_SAVE}"
        )
    source.seek(start)
    text = _Unicode(codec, is_sample=is_sample)
    try:
        while block := source.read(_BLOCK_BYTES):
            text.add(block)
        text.end()
    except UnicodeDecodeError as error:
        if start or not text.is_ascii or not error.object[: error.start].isascii():
            raise EncodingUnsupportedError(
                f"The file begins in {name.upper()} but not all of it is {name.upper()}. Please save it again. "
                f"{_HOW_TO_SAVE}"
            ) from None
    else:
        return Encoding(codec, name, is_certain=True, text_start=start, beginning=text.beginning, is_sample=is_sample)
    source.seek(0)
    return _detect_single_byte(source, is_sample=is_sample, known_headings=known_headings)


def _unicode(head: bytes) -> tuple[str, str, int]:
    """Return the codec and the name of the Unicode encoding that ``head`` may be in, and where its text begins."""
    for mark, codec, name in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return codec, name, len(mark) * next(n for n in count(1) if not head.startswith(mark, n * len(mark)))
    return "utf-8", "utf-8", 0


class _Unicode:
    """Decodes a text block by block. Keeps its beginning, and whether a character beyond ASCII has come."""

    def __init__(self, codec: str, *, is_sample: bool) -> None:
        self.decoder = codecs.getincrementaldecoder(codec)()
        self.is_sample = is_sample
        self.beginning = ""
        self.is_ascii = True

    def add(self, block: bytes) -> None:
        text = self.decoder.decode(block)
        _refuse_control_characters(text.encode())
        self.beginning = self.beginning or text.lstrip()
        self.is_ascii = self.is_ascii and text.isascii()

    def end(self) -> None:
        if not self.is_sample:
            self.decoder.decode(b"", final=True)


def _refuse_control_characters(content: bytes) -> None:
    if len(content.translate(None, _CONTROL_BYTES)) < len(content):
        raise NotACsvError(
            f"The file holds control characters, so it is not a text or is damaged. {_HOW_TO_SAVE}", format="binary"
        )


def _looks_like_utf16(content: bytes) -> bool:
    """Return whether every other byte is zero, as in a Latin text in UTF-16 without a byte order mark."""
    sample = content[:200]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    return len(sample) >= 4 and max(even, odd) > 0.4 * len(sample) > 0 and min(even, odd) == 0


def _detect_single_byte(source: BinaryIO, *, is_sample: bool, known_headings: Callable[[str], int]) -> Encoding:
    beginning = b""
    used: set[int] = set()
    pieces: dict[bytes, None] = {}  # without repetitions, in the order of the file
    while block := source.read(_BLOCK_BYTES):
        _refuse_control_characters(block)
        beginning = beginning or block.lstrip()
        used.update(block.translate(None, _ASCII))
        if len(pieces) < _PIECES_MAX:
            pieces.update(dict.fromkeys(_PIECE.findall(block)))
    possible = [codec for codec in _SINGLE_BYTE if _can_decode(codec, bytes(used))]
    headings = {codec: known_headings(beginning[:_BEGINNING_BYTES].decode(codec, "replace")) for codec in possible}
    possible = [codec for codec in possible if headings[codec] == max(headings.values())]
    texts = b"\n".join(list(pieces)[:_PIECES_MAX])
    is_decided = len({*headings.values()}) > 1 and len(possible) == 1
    codec, is_certain = (possible[0], True) if is_decided else _most_plausible(possible, texts)
    return Encoding(codec, _SINGLE_BYTE[codec], is_certain, 0, beginning.decode(codec), is_sample)


def _can_decode(codec: str, content: bytes) -> bool:
    try:
        content.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _most_plausible(possible: list[str], content: bytes) -> tuple[str, bool]:
    """Return the most plausible encoding of ``content``, and whether all ``possible`` ones give the same text."""
    texts = {codec: content.decode(codec) for codec in possible}
    oddities = {codec: len(_ODD.findall(text)) for codec, text in texts.items()}
    best = [codec for codec in possible if oddities[codec] == min(oddities.values())]
    is_same = len({*texts.values()}) == 1
    return (best[0] if len(best) == 1 or is_same else _guess(content, best)), is_same


def _guess(content: bytes, possible: list[str]) -> str:
    """Return the encoding that charset-normalizer finds most likely."""
    from charset_normalizer import from_bytes  # noqa: PLC0415  (few files need it)

    match = from_bytes(content, cp_isolation=possible).best()
    return match.encoding if match is not None and match.encoding in possible else possible[0]
