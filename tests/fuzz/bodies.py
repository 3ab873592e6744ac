"""Inputs of the fuzzer: damaged patient files, bodies with real ids and passwords, and undocumented requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from chalicelib.core.http.bodies import FILE_TYPES
from tests.fuzz.people import PASSWORD, SAMPLE, Account, Anonymous
from tests.support.leaks import CELL, FILE_NAME
from tests.support.workbooks import workbook

if TYPE_CHECKING:
    import schemathesis

type Draw = Callable[[st.SearchStrategy[Any]], Any]

_TEXTS = (
    "", "NA", "-1", "1e999", "nan", "0", "1,5", "=1+1", "x" * 5000, '"', "\x00", "١", "Y", "Age", "\ufeff", "inf",
    "999", ".", "<0.5", "1,650", "1.9 H", "38 g/L", "да", "II", "bili", "Bilirubin [umol/L]", "INR", "mg/dL",
)  # fmt: skip
_CELLS = st.one_of(st.sampled_from(_TEXTS), st.just(CELL), st.text(max_size=20), st.floats().map(str))
_ENCODINGS = st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-8-sig", "cp1251", "cp1252", "mac_roman", "utf-16"])
_SEPARATORS = st.sampled_from([",", ",", ",", ";", "\t", "|"])
_LINE_ENDS = st.sampled_from(["\n", "\n", "\r\n", "\r", "\n\n"])


@st.composite
def patient_files(draw: st.DrawFn) -> bytes:
    """Draw the sample file of ten patients, as a text or a workbook, with up to four changes, or changed bytes."""
    table = [line.split(",") for line in SAMPLE.decode().splitlines()]
    for _ in range(draw(st.integers(0, 4))):
        line = draw(st.integers(0, len(table) - 1))
        match draw(st.sampled_from(["cell", "cell", "drop", "twice", "shorten", "longer"])):
            case "cell" if table[line]:
                table[line][draw(st.integers(0, len(table[line]) - 1))] = draw(_CELLS)
            case "drop" if len(table) > 1:
                del table[line]
            case "twice":
                table.append(list(table[line]))
            case "shorten":
                table[line] = table[line][:-1]
            case _:
                table[line] = [*table[line], "1"]
    if draw(st.integers(0, 4)) == 0:
        printable = [["".join(filter(str.isprintable, cell)) for cell in cells] for cells in table]
        content = workbook({"title": [["patients"]], "data": printable})
    else:
        separator = draw(_SEPARATORS)
        text = draw(_LINE_ENDS).join(separator.join(cells) for cells in table)
        content = text.encode(draw(_ENCODINGS), "replace")
    if draw(st.integers(0, 9)) == 0:
        start = draw(st.integers(0, len(content)))
        content = content[:start] + draw(st.binary(max_size=8)) + content[start + draw(st.integers(0, 8)) :]
    return content


_READING = [
    ("dry_run", b"true"), ("dry_run", b"false"), ("units", b"si"), ("on_error", b"skip"), ("decimal", b","),
    ("keep_values", b"false"),
    ("missing", b""), ("missing", b"999,-9"), ("columns", b'{"Copper": null}'), ("columns", b'{"SGOT": "Copper"}'),
    ("columns", b'{"nope": "Age"}'), ("columns", b"[1]"), ("column_units", b'{"Bilirubin": "umol/L"}'),
    ("column_units", b'{"Age": 1}'), ("column_values", b'{"Sex": {"F": "M", "M": null}}'), ("column_values", b"{"),
]  # fmt: skip
"""Options that say how a file is read. Some are invalid."""
_OPTIONS = st.lists(
    st.sampled_from([*_READING, ("units", b"\xff"), ("dryrun", b"true"), ("", b""), ("file", SAMPLE)]), max_size=3
)
"""Form fields beside the file. Some are unknown, invalid, or repeated."""


def form(content: bytes, options: Sequence[tuple[str, bytes]] = ()) -> tuple[bytes, str]:
    """Return a multipart form with options and a file, and its content type."""
    head = '--b0undary\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n'
    parts = [(head % (name, "")).encode() + value for name, value in options]
    parts.append((head % ("file", f'; filename="{FILE_NAME}"')).encode() + content)
    return b"\r\n".join([*parts, b"--b0undary--\r\n"]), "multipart/form-data; boundary=b0undary"


def use_existing_values(case: schemathesis.Case[Any], person: Anonymous, draw: Draw) -> None:
    """Put existing ids, passwords and voucher codes into ``case``."""
    if "id" in case.path_parameters:
        is_upload = case.operation.path == "/api/uploads/{id}"
        owned = person.uploads if is_upload and isinstance(person, Account) else person.ids
        case.path_parameters["id"] = _one_of(owned, draw)
    if isinstance(case.body, dict) and isinstance(person, Account):
        real = {"password": PASSWORD, "old_password": PASSWORD, "upload_id": _one_of(person.uploads, draw)}
        if draw(st.booleans()):
            name = f"sentinelperson{draw(st.integers(0, 999))}"
            real |= {"name": name, "email": f"{name}@example.org"}
        case.body |= {name: value for name, value in real.items() if name in case.body}
        if "code" in case.body and person.vouchers:
            case.body["code"] = person.vouchers.pop()


def _one_of(owned: Sequence[str], draw: Draw) -> str:
    """Draw an element of a list that grows between cases.

    Hypothesis would report the draw as flaky if its range changed with the length of the list.
    """
    number: int = draw(st.integers(0, 999))
    return owned[number % len(owned)]


def real_file(case: schemathesis.Case[Any], draw: Draw) -> dict[str, Any]:
    """Return the arguments for ``requests`` that send a patient file, or none if ``case`` takes no file."""
    if case.media_type not in (*FILE_TYPES, "multipart/form-data"):
        return {}
    content = draw(patient_files())
    if case.media_type == "multipart/form-data":
        data, content_type = form(content, draw(_OPTIONS))
    else:
        data, content_type = content, str(case.media_type)
    sent: dict[str, Any] = {"data": data, "files": None, "json": None, "headers": {"Content-Type": content_type}}
    return sent | ({"params": draw(st.lists(st.sampled_from(_READING), max_size=2))} if draw(st.booleans()) else {})


def distort(sent: dict[str, Any], draw: Draw) -> bool:
    """Distort the method, path, content type, query or body. Return whether it is still a request of the operation."""
    match draw(st.sampled_from(["method", "path", "type", "query", "large"])):
        case "method":
            sent["method"] = draw(st.sampled_from(["PATCH", "PUT", "DELETE", "HEAD", "TRACE", "PROPFIND", "OPTIONS"]))
            return False
        case "path":
            sent["url"] += draw(st.sampled_from(["/", "//", "/..", "%2f", "%00", "%ff", ";a=b", "/" + "x" * 3000]))
            return False
        case "type":
            types = ["text/plain", "application/xml", "multipart/form-data", "", "application/json; charset=utf-16"]
            sent["headers"] = {**sent.get("headers", {}), "Content-Type": draw(st.sampled_from(types))}
        case "query":
            sent["params"] = draw(
                st.sampled_from(
                    [
                        "a=%ff&a=&=b",
                        "limit[]=1&%00",
                        "cursor=%00",
                        "offset=1&offset=x",
                        "dry_run=true&dry_run=true",
                        "&&=" * 300,
                    ]
                )
            )
        case _:
            sent |= {"data": b"x" * 5_000_000, "files": None, "json": None}
    return True
