import bz2
import gzip
import io
import lzma
import pickle
import sqlite3
import tarfile
import zipfile
from typing import Literal

import pandas as pd
import pytest

from chalicelib.inference.patient_file.findings import NotACsvError
from chalicelib.inference.patient_file.formats import FORMATS, ZIP_FORMATS, is_workbook, refuse_other_formats
from tests.unit.support import SAMPLES

CSV = (SAMPLES / "patients-10.csv").read_bytes()


def zip_of(*names: str, content: bytes = b"<x/>", compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name in names:
            archive.writestr(name, content)
    return target.getvalue()


def open_document(kind: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr("content.xml", "<x/>")
    return target.getvalue()


def tar() -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        entry = tarfile.TarInfo("patients.csv")
        entry.size = len(CSV)
        archive.addfile(entry, io.BytesIO(CSV))
    return target.getvalue()


def stata(version: Literal[114, 118]) -> bytes:
    target = io.BytesIO()
    pd.DataFrame({"Age": [1.0]}).to_stata(target, version=version)
    return target.getvalue()


def database() -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("create table patients (id)")
    return connection.serialize()


OOXML = ("[Content_Types].xml", "_rels/.rels")
SPSS_PORTABLE = b"ASCII SPSS PORT FILE".ljust(40) * 5 + b"0" * 256 + b"SPSSPORT"

OTHERS: list[tuple[str, bytes]] = [
    ("png", b"\x89PNG\r\n\x1a\n" + bytes(20)),
    ("jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF"),
    ("gif", b"GIF89a\x01\x00"),
    ("tiff", b"II*\x00\x08\x00"),
    ("webp", b"RIFF\x24\x00\x00\x00WEBPVP8 "),
    ("heic", b"\x00\x00\x00\x18ftypheic"),
    ("pdf", b"%PDF-1.7\n"),
    ("xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)),
    ("gzip", gzip.compress(CSV)),
    ("bzip2", bz2.compress(CSV)),
    ("bzip2", bz2.compress(b"")),
    ("xz", lzma.compress(CSV)),
    ("zstd", b"\x28\xb5\x2f\xfd\x04\x00"),
    ("7z", b"7z\xbc\xaf\x27\x1c\x00\x04"),
    ("rar", b"Rar!\x1a\x07\x01\x00"),
    ("tar", tar()),
    ("parquet", b"PAR1\x15\x04\x15"),
    ("arrow", b"ARROW1\x00\x00\xff\xff\xff\xff"),
    ("arrow", b"FEA1\x00\x00\x00\x00"),
    ("arrow", b"\xff\xff\xff\xff\x78\x00\x00\x00\x10"),
    ("hdf5", b"\x89HDF\r\n\x1a\n"),
    ("pickle", pickle.dumps([1])),
    ("spss", b"$FL2@(#) SPSS DATA FILE"),
    ("spss", b"$FL3@(#) SPSS DATA FILE"),
    ("spss", SPSS_PORTABLE),
    ("spss", b"\r\n".join(SPSS_PORTABLE[start : start + 80] for start in range(0, len(SPSS_PORTABLE), 80))),
    ("stata", stata(114)),
    ("stata", stata(118)),
    ("sas", bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")),
    ("sas", b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!000000"),
    ("sas", b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!000000"),
    ("r", b"RDX3\nX\n\x00\x00\x00\x03"),
    ("r", b"X\n\x00\x00\x00\x03\x00\x04"),
    ("r", b"A\n3\n263169\n197888\n"),
    ("matlab", b"MATLAB 5.0 MAT-file, Platform"),
    ("sqlite", database()),
    ("access", b"\x00\x01\x00\x00Standard ACE DB\x00"),
    ("rtf", b"{\\rtf1\\ansi"),
    ("html", b"<html xmlns:x='urn:schemas-microsoft-com:office:excel'>"),
    ("html", b"\xef\xbb\xbf\r\n  <!DOCTYPE html>\n<html>"),
    ("html", b"<!-- exported -->\n<TABLE border=1><tr>"),
    ("html", b"<?xml version='1.0'?>\n<html>"),
    ("html", "<html>".encode("utf-16")),
    ("ods", b"<?xml version='1.0'?>\n<office:document xmlns:office='urn'>"),
    ("xml", b"<?xml version='1.0'?>\n<?mso-application progid='Excel.Sheet'?>\n<Workbook>"),
    ("json", b'{"patients": [1]}'),
    ("json", b' \n[{"ID": 1, "Age": 20100}]'),
    ("json", b"[[1, 20100], [2, 18000]]"),
    ("json", b'["ID", "Age"]'),
    ("docx", zip_of(*OOXML, "word/document.xml")),
    ("pptx", zip_of(*OOXML, "ppt/presentation.xml")),
    ("xlsb", zip_of(*OOXML, "xl/workbook.bin")),
    ("ods", open_document("spreadsheet")),
    ("opendocument", open_document("text")),
    ("numbers", zip_of("Index/Document.iwa", "Metadata/Properties.plist", compression=zipfile.ZIP_STORED)),
    ("zip", zip_of("patients.csv")),
    ("zip", zip_of("patients.xlsx", content=zip_of(*OOXML, "xl/workbook.xml"), compression=zipfile.ZIP_STORED)),
    ("zip", zip_of()),
]

TEXTS: list[bytes] = [
    CSV,
    b"",
    b"x",
    b"[ID],[Age],[Sex]\n1,2,3\n",
    b'["ID"],["Age"]\n1,2\n',
    b"[1],[2]\n",
    b"{ID},{Age}\n1,2\n",
    b'"ID","Age"\n1,2\n',
    b"<ID>,<Age>\n1,2\n",
    b"PAR1,PAR2\n1,2\n",
    b"GIF8,Age\n1,2\n",
    b"MM,II\n1,2\n",
    b"A\n3\n2\n",
    b"BZh,Age\n",
    b"SPSS PORT FILE,Age\n1,2\n" * 100,
    "Возраст;Пол\n".encode("cp1251"),
    "яяяя;Возраст\n".encode("cp1251"),
    "ID\tAge\n".encode("utf-16"),
]


@pytest.mark.parametrize(("code", "content"), OTHERS, ids=[code for code, _ in OTHERS])
def test_another_format_is_refused_by_name_with_how_to_export_it(code: str, content: bytes) -> None:
    with pytest.raises(NotACsvError) as caught:
        refuse_other_formats(content)

    assert caught.value.extra == {"format": code}
    assert caught.value.reason.startswith("This looks like a")
    assert caught.value.reason.endswith(".")
    assert not is_workbook(content)


def test_every_format_is_tested() -> None:
    assert {code for code, _ in OTHERS} == {each.code for each in (*FORMATS, *ZIP_FORMATS)}


@pytest.mark.parametrize("content", TEXTS)
def test_a_text_is_not_taken_for_another_format(content: bytes) -> None:
    refuse_other_formats(content)
    assert not is_workbook(content)


@pytest.mark.parametrize(
    "names",
    [
        (*OOXML, "xl/workbook.xml", "xl/worksheets/sheet1.xml"),
        ("xl/drawings/drawing1.xml", "xl/worksheets/sheet1.xml"),  # as Google Sheets writes it
        ("_rels\\.rels", "xl\\workbook.xml"),
        (*OOXML, "xl/workbook.xml", "xl/vbaProject.bin", "xl/printerSettings/printerSettings1.bin"),
        ("[Content_Types].xml",),
    ],
)
def test_a_workbook_is_recognised_by_the_names_in_it(names: tuple[str, ...]) -> None:
    content = zip_of(*names)
    assert is_workbook(content)
    refuse_other_formats(content)


def test_a_workbook_is_recognised_by_its_first_bytes() -> None:
    assert is_workbook(zip_of(*OOXML, "xl/workbook.xml")[:60])


def test_a_workbook_with_a_password_is_recognised() -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le")
    assert is_workbook(content)
    refuse_other_formats(content)
