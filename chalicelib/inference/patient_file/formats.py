"""Recognise the format of a file by its beginning, and refuse the formats that are not read."""

import re
from dataclasses import dataclass

from chalicelib.inference.patient_file.findings import NotACsvError

_EXCEL = "In Excel: File, Save As, 'Excel Workbook (.xlsx)' or 'CSV UTF-8 (comma delimited)'."
_LIBREOFFICE = "In LibreOffice: File, Save As, 'Excel 2007-365 (.xlsx)' or 'Text CSV (.csv)'."
_NUMBERS = "In Numbers: File, Export To, 'CSV' or 'Excel'."
_UNPACK = "Unpack it, and send the CSV file or the .xlsx workbook that is in it."
_UNPACK_OR_R = f"{_UNPACK} An .rds or .RData file of R is packed like this too: in R, write.csv() saves a table as CSV."
_RETYPE = "Enter the values in a table, one row per patient, and save it as CSV or .xlsx."
_COPY_TABLE = f"Copy the table into a new Excel workbook. {_EXCEL}"
_R = 'In R: write.csv(data, "patients.csv", row.names = FALSE).'
_SPSS = "In SPSS: File, Export, 'CSV Data', or File, Save As, 'Comma delimited (*.csv)'."
_STATA = "In Stata: export delimited using patients.csv."
_SAS = (
    'In SAS, run this: proc export data=patients outfile="patients.csv" dbms=csv. SAS Studio can also export a table.'
)
_SQLITE = 'With SQLite: sqlite3 -csv -header FILE "select * from patients" > patients.csv.'
_MATLAB = "In MATLAB: writetable(data, 'patients.csv')."
_ACCESS = "In Access: External Data, Export, 'Excel' or 'Text File'."


def _pandas(function: str) -> str:
    return f'In Python, with pandas: pandas.{function}(FILE).to_csv("patients.csv", index=False).'


@dataclass(frozen=True, slots=True)
class Format:
    """A format that is not read.

    Parameters
    ----------
    code
        The format in the API's answer.
    name
        The format in a sentence: "This looks like ...".
    advice
        How to export the file as CSV or .xlsx.
    beginning
        A pattern of its first bytes.
    """

    code: str
    name: str
    advice: str
    beginning: re.Pattern[bytes]


def _format(code: str, name: str, advice: str, beginning: bytes) -> Format:
    return Format(code, name, advice, re.compile(beginning, re.DOTALL))


# Texts may begin with a byte order mark and blanks.
_BLANKS = rb"(?:\xef\xbb\xbf)*\s*"
_MARKUP = _BLANKS + rb"(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)?"

FORMATS: tuple[Format, ...] = (
    _format("png", "a PNG picture", _RETYPE, rb"\x89PNG"),
    _format("jpeg", "a JPEG picture", _RETYPE, rb"\xff\xd8\xff"),
    _format("gif", "a GIF picture", _RETYPE, rb"GIF8[79]a"),
    _format("tiff", "a TIFF picture", _RETYPE, rb"II\*\x00|MM\x00\*"),
    _format("webp", "a WebP picture", _RETYPE, rb"RIFF.{4}WEBP"),
    _format("heic", "a HEIC picture", _RETYPE, rb"\x00\x00\x00.ftyp(?:hei|mif)"),
    _format("pdf", "a PDF document", _RETYPE, rb"%PDF"),
    _format(
        "xls", "an old Excel workbook (.xls), another old Office document, or a workbook with a password",
        f"Open it in Excel, and remove the password if it has one. {_EXCEL}", rb"\xd0\xcf\x11\xe0",
    ),
    _format("gzip", "a gzip archive", _UNPACK_OR_R, rb"\x1f\x8b"),
    _format("bzip2", "a bzip2 archive", _UNPACK_OR_R, rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"),
    _format("xz", "an xz archive", _UNPACK_OR_R, rb"\xfd7zXZ\x00"),
    _format("zstd", "a Zstandard archive", _UNPACK, rb"\x28\xb5\x2f\xfd"),
    _format("7z", "a 7z archive", _UNPACK, rb"7z\xbc\xaf\x27\x1c"),
    _format("rar", "a RAR archive", _UNPACK, rb"Rar!\x1a\x07"),
    _format("tar", "a tar archive", _UNPACK, rb".{257}ustar[\x00 ]"),
    _format("parquet", "a Parquet file", _pandas("read_parquet"), rb"PAR[1E][\x00-\x08\x0e-\x1f]"),
    _format("arrow", "an Arrow or Feather file", _pandas("read_feather"), rb"ARROW1\x00|FEA1\x00|\xff{4}..\x00\x00"),
    _format("hdf5", "an HDF5 file", _pandas("read_hdf"), rb"\x89HDF\r\n"),
    _format("pickle", "a pickled Python object", _pandas("read_pickle"), rb"\x80[\x02-\x05]"),
    _format("spss", "an SPSS file (.sav)", _SPSS, rb"\$FL[23]@\(#\)"),
    _format("spss", "an SPSS portable file (.por)", _SPSS, rb".{0,200}?SPSS PORT FILE.{200,480}?SPSSPORT"),
    _format("stata", "a Stata file (.dta)", _STATA, rb"<stata_dta>|[\x66-\x73][\x01\x02]\x01\x00"),
    _format(
        "sas", "a SAS file (.sas7bdat or XPORT)", _SAS,
        rb"\x00{12}\xc2\xea\x81\x60|HEADER RECORD\*{7}LIB(?:RARY|V8)",
    ),
    _format("r", "an R file (.rds or .RData)", _R, rb"RD[AXB][1-4]\n|X\n\x00\x00\x00|A\n[23]\n\d{5,7}\n"),
    _format("matlab", "a MATLAB file (.mat)", _MATLAB, rb"MATLAB 5\.0 MAT-file"),
    _format("sqlite", "an SQLite database", _SQLITE, rb"SQLite format 3\x00"),
    _format("access", "an Access database", _ACCESS, rb"\x00\x01\x00\x00Standard (?:Jet|ACE) DB"),
    _format("rtf", "an RTF document", _COPY_TABLE, _BLANKS + rb"\{\\rtf"),
    _format(
        "html", "a web page (an HTML table saved as .xls is one)", f"Open it in Excel. {_EXCEL}",
        _MARKUP + rb"<(?i:!doctype\s+html|(?:html|head|body|table|meta|style|div)[\s>/])",
    ),
    _format("ods", "an OpenDocument spreadsheet (.fods)", _LIBREOFFICE, _MARKUP + rb"<office:document"),
    _format(
        "xml", "an XML file (an 'XML Spreadsheet 2003' of Excel is one)", f"Open it in Excel. {_EXCEL}",
        _BLANKS + rb"<\?xml[\s?]",
    ),
    # A heading may begin with a bracket: "[ID],[Age]" is no JSON.
    _format(
        "json", "a JSON file", _pandas("read_json"),
        _BLANKS
        + rb"(?:\{\s*(?:\"[^\"\r\n]*\"\s*:|\}\s*$)"
        + rb"|\[\s*(?:\{\s*[\"}]|\[\s*[\"\d-]|\"[^\"\r\n]*\"\s*,\s*\"[^\]]*\]\s*$))",
    ),
)  # fmt: skip

# A ZIP archive is recognised by the names in it, in lower case.
_ZIP_ENTRY = re.compile(rb"PK\x03\x04.{22}(..)(..)", re.DOTALL)
_OFFICE_FOLDERS = ("[content_types].xml", "_rels/", "docprops/", "customxml/", "xl/", "word/", "ppt/")
_ZIP_FORMATS = (
    _format("docx", "a Word document", _COPY_TABLE, rb"word/"),
    _format("pptx", "a PowerPoint presentation", _COPY_TABLE, rb"ppt/"),
    _format("xlsb", "a binary Excel workbook (.xlsb)", _EXCEL, rb"xl/(?:workbook|worksheets/[^/]*)\.bin$"),
)  # fmt: skip
_OPEN_DOCUMENTS = (
    _format(
        "ods", "an OpenDocument spreadsheet (.ods)", _LIBREOFFICE,
        rb"application/vnd\.oasis\.opendocument\.spreadsheet",
    ),
    _format("opendocument", "an OpenDocument file", _LIBREOFFICE, rb"application/vnd\.oasis\.opendocument"),
)  # fmt: skip
_NUMBERS_DOCUMENT = _format("numbers", "a document of Apple's Numbers", _NUMBERS, rb"index/|index\.zip$|data/.*\.iwa$")
_ZIP = _format("zip", "a ZIP archive", _UNPACK, rb"PK(?:\x03\x04|\x05\x06|\x07\x08)")
ZIP_FORMATS: tuple[Format, ...] = (*_ZIP_FORMATS, *_OPEN_DOCUMENTS, _NUMBERS_DOCUMENT, _ZIP)


# A workbook with a password is inside an old Office document, in a stream of this name.
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def refuse_other_formats(head: bytes) -> None:
    """Refuse a file whose first bytes show that it is neither a text nor an .xlsx workbook.

    Raises
    ------
    NotACsvError
        ``format`` names the format.
    """
    if found := _find(head):
        raise NotACsvError(
            f"This looks like {found.name}. CSV files and Excel workbooks (.xlsx) are read. {found.advice}",
            format=found.code,
        )


def is_workbook(head: bytes) -> bool:
    """Return whether the file is an .xlsx or .xlsm workbook, perhaps with a password."""
    return _is_encrypted(head) or (bool(_ZIP.beginning.match(head)) and _find_in_zip(head) is None)


def _is_encrypted(head: bytes) -> bool:
    return head.startswith(_OLE) and _ENCRYPTED in head


def _find(head: bytes) -> Format | None:
    if _ZIP.beginning.match(head):
        return _find_in_zip(head)
    if _is_encrypted(head):
        return None
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # Excel saves XML in UTF-16, too
        head = head[:4096].decode("utf-16", "replace").encode()
    return next((each for each in FORMATS if each.beginning.match(head)), None)


def _find_in_zip(head: bytes) -> Format | None:
    """Return the format of a ZIP archive, or None for a workbook that is read."""
    names = _names(head)
    first = names[0] if names else b""
    if first == b"mimetype":
        content = head[38:]  # stored without compression
        return next((each for each in _OPEN_DOCUMENTS if each.beginning.match(content)), _ZIP)
    if first.startswith(tuple(folder.encode() for folder in _OFFICE_FOLDERS)):
        return next((each for each in _ZIP_FORMATS if any(map(each.beginning.match, names))), None)
    return _NUMBERS_DOCUMENT if any(map(_NUMBERS_DOCUMENT.beginning.match, names)) else _ZIP


def _names(head: bytes) -> list[bytes]:
    """Return the names of the entries that begin in ``head``. Their sizes may not be stated before the entries."""
    return [
        head[match.end() : match.end() + int.from_bytes(match[1], "little")].replace(b"\\", b"/").lstrip(b"/").lower()
        for match in _ZIP_ENTRY.finditer(head)
    ]
