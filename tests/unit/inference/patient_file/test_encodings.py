import codecs
import io
import os
import subprocess
import sys
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.inference.patient_file.encodings import Encoding, detect
from chalicelib.inference.patient_file.findings import EncodingUnsupportedError, InvalidFileError, NotACsvError
from tests.unit.support import ROOT

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "300"))
HEADER = "ID,Age,Edema\n"
NAMES = {"windows-1251": "cp1251", "windows-1252": "cp1252", "macintosh": "mac_roman"}
KNOWN = {"id", "age", "edema", "возраст", "пол"}


def known_headings(text: str) -> int:
    line = text.partition("\n")[0]
    return sum(cell.lower() in KNOWN for cell in line.replace(";", ",").split(","))


def detected(content: bytes, *, is_sample: bool = False) -> Encoding:
    return detect(io.BytesIO(content), is_sample=is_sample, known_headings=known_headings)


def read(content: bytes, *, is_sample: bool = False) -> str:
    return detected(content, is_sample=is_sample).open_text(io.BytesIO(content)).read()


def file_of(*ids: str) -> str:
    return HEADER + "".join(f"{text},20000,N\n" for text in ids)


@pytest.mark.parametrize("marks", [b"", codecs.BOM_UTF8, codecs.BOM_UTF8 * 2])
def test_utf_8_is_read_with_any_number_of_byte_order_marks(marks: bytes) -> None:
    content = marks + file_of("Müller", "Иванова").encode()

    assert read(content) == file_of("Müller", "Иванова")
    assert (detected(content).name, detected(content).is_certain) == ("utf-8", True)


@pytest.mark.parametrize(("mark", "codec"), [(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")])
def test_utf_16_with_a_byte_order_mark_is_read(mark: bytes, codec: str) -> None:
    for marks in (mark, mark * 2):
        content = marks + file_of("Müller", "Иванова").encode(codec)
        assert read(content) == file_of("Müller", "Иванова")
        assert detected(content).name == "utf-16"


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-16-be"])
def test_a_sample_may_end_within_a_character(codec: str) -> None:
    mark = codecs.BOM_UTF16_BE if codec == "utf-16-be" else b""
    content = mark + file_of("Иванова", "😀").encode(codec)
    for length in range(60, len(content) + 1):
        assert file_of("Иванова", "😀").startswith(read(content[:length], is_sample=True))


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_byte_order_mark_is_refused(codec: str) -> None:
    with pytest.raises(EncodingUnsupportedError, match="UTF-16"):
        detected(file_of("1").encode(codec))


@pytest.mark.parametrize(
    "content",
    [
        file_of("Жанна").encode() + "Жанна".encode("cp1251"),
        (HEADER + "x" * 1024 * 1024 + "Ж").encode() + b"x" * 1024 * 1024 + "Ж".encode("cp1251"),
        codecs.BOM_UTF8 + HEADER.encode() + "Ж".encode("cp1251"),
        file_of("1").encode("utf-16") + b"\x00\xd8\x00",
    ],
    ids=["near", "in another block", "after a mark", "UTF-16"],
)
def test_a_file_that_only_begins_in_unicode_is_refused(content: bytes) -> None:
    with pytest.raises(EncodingUnsupportedError, match="begins in"):
        detected(content)


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "cp1251"])
@pytest.mark.parametrize("control", ["\x00", "\x1a", "\x7f"])
def test_control_characters_are_refused(codec: str, control: str) -> None:
    with pytest.raises(NotACsvError) as caught:
        detected(file_of(f"Ж{control}", "б").encode(codec))
    assert caught.value.extra == {"format": "binary"}


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("windows-1252", ["Müller"]),
        ("windows-1252", ["Núñez", "García"]),
        ("windows-1252", ["André"]),
        ("windows-1252", ["Größe", "Straße"]),
        ("windows-1252", ["ÖZGÜR", "MÜLLER"]),
        ("windows-1252", ["Ørsted"]),
        ("windows-1252", ["Platelets 10³/µL"]),
        ("windows-1251", ["Иванова"]),
        ("windows-1251", ["ИВАНОВА А.И."]),
        ("windows-1251", ["ПБЦ-7"]),
        ("windows-1251", ["№ 7"]),
        ("windows-1251", ["Ж"]),
        ("windows-1251", ["Альбумин, г/л"]),
        ("macintosh", ["Müller"]),
        ("macintosh", ["Núñez", "García"]),
        ("macintosh", ["André"]),
        ("macintosh", ["é"]),
        ("macintosh", ["Größe", "Straße"]),
        ("macintosh", ["Ørsted"]),
        ("macintosh", ["O’Brien"]),
        ("macintosh", ["37 °C"]),
        ("macintosh", ["20\N{NO-BREAK SPACE}100"]),
    ],
)
def test_words_tell_the_encoding(name: str, texts: list[str]) -> None:
    content = file_of(*texts).encode(NAMES[name])

    assert (detected(content).name, detected(content).is_certain) == (name, False)
    assert read(content) == file_of(*texts)
    many = file_of(*texts, *map(str, range(200_000)), *texts).encode(NAMES[name])
    assert detected(many).name == name


@pytest.mark.parametrize("text", ["Bilirubin µmol/L", "±", "3±1"])
def test_a_text_that_is_the_same_in_all_encodings_is_certain(text: str) -> None:
    for codec in NAMES.values():
        assert read(file_of(text).encode(codec)) == file_of(text)
        assert detected(file_of(text).encode(codec)).is_certain


def test_known_headings_decide_before_words() -> None:
    # Read in Windows-1252, the word is plausible, and the headings are not.
    content = "ID;Возраст;Пол\n".encode("cp1251") + "Müller;50;F\n".encode("cp1252")

    assert (detected(content).name, detected(content).is_certain) == ("windows-1251", True)


def test_an_encoding_that_cannot_decode_a_byte_is_left_out() -> None:
    assert detected(file_of("\x98").encode("latin-1").replace(b"\x98", b"\x98x\x81")).name == "macintosh"


def test_a_guess_of_the_library_is_not_certain() -> None:
    content = file_of("Žižka").encode("cp1252")

    assert (detected(content).name, detected(content).is_certain) == ("windows-1252", False)


@pytest.mark.parametrize(
    ("content", "beginning"),
    [
        (b"", ""),
        (b" \n\r\n", ""),
        (codecs.BOM_UTF8, ""),
        (b"\n\n ID,Age\n", "ID,Age\n"),
        (b"\n\xcf\xee\xeb\n", "Пол\n"),
    ],
)
def test_the_beginning_has_no_leading_blanks(content: bytes, beginning: str) -> None:
    assert detected(content).beginning == beginning


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "cp1251"])
def test_the_memory_does_not_grow_with_the_file(codec: str) -> None:
    def peak(rows: int) -> int:
        source = io.BytesIO((HEADER + "".join(f"Иванова-{row},20000,N\n" for row in range(rows))).encode(codec))
        tracemalloc.start()
        try:
            detect(source, is_sample=False, known_headings=known_headings)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(400_000) < 1.2 * peak(200_000)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE]), st.booleans())
def test_any_bytes_are_a_text_or_a_finding(content: bytes, mark: bytes, is_sample: bool) -> None:
    with suppress(InvalidFileError):
        text = read(mark + content, is_sample=is_sample)
        beginning = detected(mark + content, is_sample=is_sample).beginning
        assert text.lstrip().startswith(beginning.lstrip())


def test_charset_normalizer_is_loaded_only_for_a_guess() -> None:
    script = (
        "import io, sys\nfrom chalicelib.inference.patient_file.encodings import detect\n"
        "for name in ('Müller', 'Žižka'):\n"
        "    source = io.BytesIO(name.encode('cp1252'))\n"
        "    detect(source, is_sample=False, known_headings=len)\n"
        "    print('charset_normalizer' in sys.modules)"
    )
    process = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert process.stdout.split() == ["False", "True"]
