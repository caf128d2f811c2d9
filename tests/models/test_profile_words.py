"""What may be said of oneself, and what may not."""

import pytest

from models import profile_words
from models.problem import Code, Problem, Problems
from models.profile_words import ContactKind, LanguageLevel


def code_and_field(work: object) -> tuple[str, str]:
    """What it is refused for; ("", "") when it is not."""
    assert callable(work)
    try:
        work()
    except Problem as problem:
        return problem.code.value, problem.field[0]
    except Problems as several:
        [problem] = several.problems
        return problem.code.value, problem.field[0]
    return "", ""


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "http://example.org:8080/a?b=c#d",
        "https://bücher.example/straße",
        "HTTPS://EXAMPLE.ORG/",
        "https://192.0.2.1/",
        "https://[2001:db8::1]/",
    ],
)
def test_addresses_of_pages(url: str) -> None:
    assert profile_words.web_address(f"  {url} ", "url") == url


@pytest.mark.parametrize(
    "url",
    [
        "example.org",
        "//example.org",
        "javascript:alert(1)",
        "JavaScript://example.org/%0aalert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "mailto:ada@example.org",
        "https://",
        "https:///path",
        "https://user:word@example.org/",
        "https://example.org/a b",
        'https://example.org/"onclick',
        "https://example.org/<script>",
        "https://example.org:99999/",
        "https://example.org:x/",
        "https://[::1",
        "https://exa\\mple.org",
    ],
)
def test_what_is_no_address_of_a_page(url: str) -> None:
    wrong = ("INVALID", "url")
    assert code_and_field(lambda: profile_words.link(url, "")) == wrong
    assert code_and_field(lambda: profile_words.featured(url, "T", "")) == wrong
    website = ContactKind.WEBSITE
    assert code_and_field(lambda: profile_words.contact(website, url, ""))[0] == "INVALID"


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        (ContactKind.EMAIL, "ada@example.org", ""),
        (ContactKind.EMAIL, "ada@example", "INVALID"),
        (ContactKind.EMAIL, "ada lind@example.org", "INVALID"),
        (ContactKind.EMAIL, "a" * 250 + "@example.org", "TOO_LONG"),
        (ContactKind.PHONE, "+46 (0)90-123 45", ""),
        (ContactKind.PHONE, "112", ""),
        (ContactKind.PHONE, "call me", "INVALID"),
        (ContactKind.PHONE, "1" * 41, "TOO_LONG"),
        (ContactKind.OTHER, "@ada on the usual place", ""),
        (ContactKind.OTHER, "", "REQUIRED"),
        (ContactKind.OTHER, "x" * 501, "TOO_LONG"),
    ],
)
def test_contact_data(kind: ContactKind, value: str, code: str) -> None:
    found = code_and_field(lambda: profile_words.contact(kind, value, ""))
    assert found == ((code, "value") if code else ("", ""))


def test_texts_have_bounds() -> None:
    for work, field in (
        (lambda: profile_words.skill("x" * 61), "name"),
        (lambda: profile_words.language("x" * 61, LanguageLevel.BASIC), "name"),
        (lambda: profile_words.link("https://x.example", "x" * 121), "title"),
        (lambda: profile_words.link("https://x.example/" + "x" * 500, ""), "url"),
        (lambda: profile_words.featured("", "x" * 121, ""), "title"),
        (lambda: profile_words.featured("", "x", "x" * 501), "description"),
        (lambda: profile_words.contact(ContactKind.OTHER, "x", "x" * 121), "label"),
    ):
        assert code_and_field(work) == ("TOO_LONG", field)
    assert code_and_field(lambda: profile_words.skill(" ")) == ("REQUIRED", "name")
    assert code_and_field(lambda: profile_words.featured("", "", "")) == ("REQUIRED", "title")
    for nothing in ("\u0301", "\u0308\u0301"):
        assert code_and_field(lambda n=nothing: profile_words.skill(n)) == ("INVALID", "name")
        assert code_and_field(lambda n=nothing: profile_words.featured("", n, ""))[1] == "title"


def test_every_wrong_field_is_named() -> None:
    with pytest.raises(Problems) as caught:
        profile_words.featured("nowhere", "", "x" * 501)
    codes = {problem.field[0]: problem.code for problem in caught.value.problems}
    assert codes == {"url": Code.INVALID, "title": Code.REQUIRED, "description": Code.TOO_LONG}


def test_what_is_recognised_as_the_same() -> None:
    assert profile_words.skill("Évaluation").key == profile_words.skill(" evaluation ").key
    one, other = (profile_words.link(f"https://x.example/{path}", "") for path in "aA")
    assert one.key != other.key, "addresses are as they are written"
    assert (
        profile_words.featured("", "A", "").key
        != profile_words.featured("https://a.b", "A", "").key
    )
