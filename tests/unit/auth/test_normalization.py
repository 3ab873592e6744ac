import pytest
from pydantic import ValidationError

from chalicelib.auth.normalization import (
    Credentials,
    Registration,
    _common_passwords,
    _without_case,
    email_key,
    login_key,
    name_key,
)

# NFKC turns this character into 18 letters.
LONG_LIGATURE = "\ufdfa"

# The first and the last of each range of Default_Ignorable_Code_Point (Unicode's DerivedCoreProperties.txt).
IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180f\u200b\u200f\u202a\u202e\u2060\u206f\u3164\ufe00\ufe0f"
    "\ufeff\uffa0\ufff0\ufff8\U0001bca0\U0001bca3\U0001d173\U0001d17a\U000e0000\U000e0100\U000e01ef\U000e0fff"
)
BLANK = "\u2028\u2029\u2800"


def registration(**changes: str) -> Registration:
    return Registration.model_validate(
        {"name": "anna", "email": "anna@example.org", "password": "long enough", **changes}
    )


def codes(**changes: str) -> list[tuple[str, str]]:
    """Return the field and the code of each error."""
    with pytest.raises(ValidationError) as caught:
        registration(**changes)
    return [(str(error["loc"][0]), error["type"]) for error in caught.value.errors()]


def test_white_space_around_name_and_e_mail_is_removed() -> None:
    body = registration(name="  Anna K.\t", email=" anna@example.org\n")
    assert (body.name, body.email) == ("Anna K.", "anna@example.org")


def test_white_space_in_a_password_is_kept() -> None:
    assert registration(password="  blanks  ").password == "  blanks  "


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Anna", "aNNA"),
        ("Анна", "АННА"),
        ("Straße", "STRASSE"),
        ("ﬁona", "FIONA"),
        ("ａｎｎａ", "anna"),
        ("Ame\u0301lie", "AMÉLIE"),
        ("a\u00a0b", "A b"),
    ],
)
def test_spellings_that_look_the_same_have_one_key(first: str, second: str) -> None:
    assert name_key(first) == name_key(second)
    assert email_key(f"{first}@example.org") == email_key(f"{second}@EXAMPLE.org")


def test_different_names_have_different_keys_however_long() -> None:
    names = ["anna", "anne", LONG_LIGATURE * 64, LONG_LIGATURE * 63]
    assert len({name_key(name) for name in names}) == len(names)


def test_a_key_fits_dynamodb_even_if_the_name_grows_when_normalised() -> None:
    keys = (
        name_key(LONG_LIGATURE * 64),
        login_key(LONG_LIGATURE * 254),
        email_key(LONG_LIGATURE * 240 + "@example.org"),
    )
    assert max(len(key.encode()) for key in keys) <= 2048


def test_a_name_and_an_e_mail_address_never_share_a_key() -> None:
    assert login_key("anna") == name_key("anna")
    assert login_key("Anna@Example.org") == email_key("anna@example.org")
    assert name_key("x") != email_key("x")


@pytest.mark.parametrize("name", ["anna@example.org", "@anna", "anna＠example.org", "anna﹫example.org"])
def test_a_name_has_no_at_sign_of_any_width(name: str) -> None:
    assert codes(name=name) == [("name", "name_with_at")]


@pytest.mark.parametrize("name", ["an\x00na", "an\nna", "an\u202ena", "an\u200bna", "an\ue000na"])
def test_a_name_has_no_control_characters(name: str) -> None:
    assert codes(name=name) == [("name", "control_characters")]


@pytest.mark.parametrize("character", [*IGNORABLE, *BLANK], ids=ascii)
def test_row_5_invisible_characters_are_refused_in_names_and_addresses(character: str) -> None:
    assert codes(name=f"an{character}na") == [("name", "control_characters")]
    assert codes(email=f"an{character}na@example.org") == [("email", "not_an_email")]


@pytest.mark.parametrize("name", ["Anna-Maria O’Neil", "Ёлка Й.", "Zoe\u0308", "अनुष्का", "안나", "李娜", "anna ☀"])
def test_a_name_may_have_any_visible_characters(name: str) -> None:
    assert registration(name=name).name == name


@pytest.mark.parametrize(
    ("name", "code"), [("a", "string_too_short"), (" a ", "string_too_short"), ("a" * 65, "string_too_long")]
)
def test_a_name_has_2_to_64_characters(name: str, code: str) -> None:
    assert codes(name=name) == [("name", code)]


@pytest.mark.parametrize(
    "email",
    [
        "",
        "anna",
        "@example.org",
        "anna@",
        "anna@example",
        "anna@.org",
        "anna@example.",
        "a@b@example.org",
        "a b@example.org",
    ],
)
def test_an_invalid_e_mail_address_is_refused(email: str) -> None:
    assert codes(email=email) == [("email", "not_an_email")]


@pytest.mark.parametrize(
    "email",
    [
        '"anna"@example.org',
        '"an\\na"@example.org',
        "an\\na@example.org",
        "<anna@example.org>",
        "Anna<anna@example.org>",
        "anna(work)@example.org",
        "anna@example.org(work)",
        "anna@(work)example.org",
        "mailto:anna@example.org",
        "anna@example.org,",
        "anna@example.org;",
        "'anna@example.org'",
        "anna@example.org.",
        "anna@example.org\u3002",
        "anna@example.org\uff61",
        "anna@example\u3002org.uk",
        "anna@example..org",
        ".anna@example.org",
        "anna.@example.org",
        "an..na@example.org",
        "anna@[127.0.0.1]",
        "anna@example.org:25",
        "＂anna＂@example.org",
        "＜anna@example.org＞",
        "anna（work）@example.org",
        "an＠na@example.org",
        "anna．@example.org",
        "an\u00a8na@example.org",
    ],
)
def test_row_5_an_address_in_another_notation_is_refused(email: str) -> None:
    """With quotes, brackets, comments, escapes or extra dots, one address could get several signup grants."""
    assert codes(email=email) == [("email", "not_an_email")]


@pytest.mark.parametrize(
    "email",
    [
        "Anna.O'Neil+pbc@sub.example-1.org",
        "!#$%&'*+-/=?^_`{|}~@example.org",
        "анна@пример.рф",
        "अनुष्का@उदाहरण.भारत",
        "李娜@例子.中国",
        "anna@xn--e1afmkfd.xn--p1ai",
        "ａｎｎａ@ｅｘａｍｐｌｅ.org",
        "a@b_c.org",
    ],
)
def test_addresses_of_every_alphabet_are_allowed_and_kept_unchanged(email: str) -> None:
    assert registration(email=email).email == email


def test_addresses_that_are_no_longer_allowed_keep_their_keys() -> None:
    """Logins and signup fingerprints are stored under these keys. These addresses can no longer be registered."""
    assert email_key('"N"@Example.org') == 'email#"n"@example.org'
    assert email_key("<N@Example.org>") == "email#<n@example.org>"
    assert login_key("<N@Example.org>") == "email#<n@example.org>"


def test_an_e_mail_address_has_at_most_254_characters() -> None:
    assert registration(email="a" * 242 + "@example.org")
    assert codes(email="a" * 243 + "@example.org") == [("email", "string_too_long")]


@pytest.mark.parametrize("password", ["x" * 72, "я" * 36, "€" * 24, "12345679x"])
def test_a_password_of_8_characters_up_to_72_bytes_is_allowed(password: str) -> None:
    assert registration(password=password).password == password


@pytest.mark.parametrize(
    ("password", "code"),
    [("x" * 73, "too_long"), ("я" * 37, "too_long"), ("я" * 36 + "x", "too_long"), ("1234567", "too_short")],
)
def test_a_password_that_bcrypt_would_cut_is_refused(password: str, code: str) -> None:
    assert codes(password=password) == [("password", code)]


@pytest.mark.parametrize(
    "password", ["12345678", "Password123", "QWERTYUIOP", "ｐａｓｓｗｏｒｄ", "iloveyou1", "Elizabeth"]
)
def test_row_3_the_commonest_passwords_are_refused_in_any_case(password: str) -> None:
    assert codes(password=password) == [("password", "too_common")]


def test_row_3_the_list_holds_3000_passwords_that_would_otherwise_be_allowed() -> None:
    listed = _common_passwords()
    assert len(listed) == 3000
    assert {password for password in listed if not 8 <= len(password) <= len(password.encode()) <= 72} == set()
    assert {password for password in listed if password != _without_case(password)} == set()


@pytest.mark.parametrize("character", ["\x00", "\x1f", "\u202e", "\u200b", "\ue000"])
def test_an_e_mail_address_has_no_control_characters(character: str) -> None:
    assert codes(email=f"an{character}na@example.org") == [("email", "not_an_email")]
    assert codes(email=f"anna@exa{character}mple.org") == [("email", "not_an_email")]


def test_a_body_may_not_hold_other_fields() -> None:
    assert codes(balance="1000000") == [("balance", "extra_forbidden")]
    with pytest.raises(ValidationError, match="extra_forbidden"):
        Credentials.model_validate({"name": "a", "password": "b", "admin": "yes"})
