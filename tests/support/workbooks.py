"""Write Excel workbooks (.xlsx) for tests, also damaged and hostile ones."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

Cell = str | int | float | bool | None

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_BEGINNING = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
DATE_STYLE, TIME_STYLE, DURATION_STYLE = 1, 2, 3


def workbook(sheets: Mapping[str, Sequence[Sequence[Cell]]], *, hidden: Sequence[str] = ()) -> bytes:
    """Return a workbook with these rows in each sheet."""
    return archive(parts({name: sheet(rows) for name, rows in sheets.items()}, hidden=hidden))


def parts(sheets: Mapping[str, str], *, hidden: Sequence[str] = (), shared: str | None = None) -> dict[str, str]:
    """Return the parts of a workbook by their names, from the XML of its sheets and of its shared texts."""
    numbers = range(1, len(sheets) + 1)
    entries = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"{" state='hidden'" * (name in hidden)}/>'
        for number, name in zip(numbers, sheets, strict=True)
    )
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    styles = "".join(f'<xf numFmtId="{number}"/>' for number in (0, 14, 21, 46))
    contents = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_RELATIONS}"><sheets>{entries}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs>{styles}</cellXfs></styleSheet>',
        **{
            f"xl/worksheets/sheet{number}.xml": content
            for number, content in zip(numbers, sheets.values(), strict=True)
        },
    }
    if shared is not None:
        contents["xl/sharedStrings.xml"] = shared
    return {name: _BEGINNING + content for name, content in contents.items()}


def sheet(rows: Sequence[Sequence[Cell]]) -> str:
    """Return the XML of a sheet with these rows, without the positions of its cells."""
    return sheet_of("".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows))


def sheet_of(rows: str) -> str:
    """Return the XML of a sheet from the XML of its rows."""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def cell(value: Cell) -> str:
    """Return the XML of a cell."""
    match value:
        case None:
            return "<c/>"
        case bool():
            return f'<c t="b"><v>{int(value)}</v></c>'
        case str():
            return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        case _:
            return f"<c><v>{value!r}</v></c>"


def shared_texts(texts: Sequence[str]) -> str:
    """Return the XML of the texts that cells share."""
    entries = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    return f'<sst xmlns="{MAIN}" uniqueCount="{len(texts)}">{entries}</sst>'


def archive(contents: Mapping[str, str | bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as sink:
        for name, content in contents.items():
            sink.writestr(name, content)
    return target.getvalue()
