"""The headers of a mail: names of every kind, none of which can end one or begin another."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from models.settings import configure
from web.mail.message import Envelope, Letter, message_of

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
EXPECTED = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "MIME-Version",
    "Content-Type",
}


def sent(name: str, subject: str, address: str = "ada@example.org") -> EmailMessage:
    letter = Letter(subject, "Text", "<p>HTML</p>", "https://mutual.example.org/mail/unsubscribe/t")
    message = message_of(Envelope("mai_0000000000001", name, address, NOW, NOW), letter)
    content = message.as_bytes()
    head = content.split(b"\r\n\r\n", 1)[0]
    assert head.isascii()
    assert max(len(line) for line in head.split(b"\r\n")) < 999
    found = message_from_bytes(content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


# A name or subject, and how whoever opens the mail reads it.
NAMES = {
    "Ada Lovelace": "Ada Lovelace",
    "Ada\r\nBcc: everybody@example.org": "Ada Bcc: everybody@example.org",
    "Ada\nSubject: won": "Ada Subject: won",
    "Ada\r\n\r\n<b>body</b>": "Ada <b>body</b>",
    "Ada\x00\x0b\x85\u2028Bcc: x@example.org": "Ada Bcc: x@example.org",
    'Ada "the Countess" Lovelace': 'Ada "the Countess" Lovelace',
    "O'Brien, Ada; <ada@evil.example>": "O'Brien, Ada; <ada@evil.example>",
    "back\\slash (comment)": "back\\slash (comment)",
    "Åsa Öhman": "Åsa Öhman",
    "Åsa, <öhman@evil.example>": "Åsa, <öhman@evil.example>",
    "李小龍 💫 عائشة": "李小龍 💫 عائشة",
    "=?utf-8?q?Bcc=3A_x?=": None,  # decoded or not, it stays one name
    "\u202eevil": "evil",
    "lone \ud800 surrogate": "lone surrogate",
    "": "",
    "x" * 5000: "x" * 99 + "…",
    "ü" * 5000: "ü" * 99 + "…",
}


def test_no_name_and_no_subject_breaks_out_of_its_header() -> None:
    for typed, read in NAMES.items():
        message = sent(typed, typed or "Subject")
        assert set(message.keys()) == EXPECTED, typed
        assert len(message.keys()) == len(EXPECTED), typed
        [to] = message["To"].addresses
        assert (to.username, to.domain) == ("ada", "example.org"), typed
        if read is not None:  # Python puts a space between the parts of a long one when it reads
            folded = len(typed) > 100
            assert (to.display_name.replace(" ", "") if folded else to.display_name) == read, typed
        if read and len(typed) < 100:
            assert message["Subject"] == read
        assert message.get_body(("plain",)).get_content().strip() == "Text"


def test_addresses_are_spelt_as_mail_needs_them() -> None:
    cases = {
        "ada@example.org": "ada@example.org",
        "a,b@example.org": '"a,b"@example.org',
        "ada@bücher.example": "ada@xn--bcher-kva.example",
        '"a@b"@example.org': "",
    }
    for typed, read in cases.items():
        message = sent("Ada", "Subject", typed)
        [to] = message["To"].addresses
        assert not read or to.addr_spec == read, typed
    for typed in ("ada", "@example.org", "ädä@example.org", "a\r\nb@example.org", "a b@c.org"):
        with pytest.raises(ValueError, match="not"):
            sent("Ada", "Subject", typed)
    with pytest.raises(ValueError, match="not"):
        sent("Ada", "Subject", "ada@example.org\r\nBcc: x@example.org")


def test_what_the_operator_chose_is_who_it_is_from(set_up: object) -> None:
    configure(base_url="https://mutual.example.org", instance_name="Club, the")
    message = sent("Ada", "Subject")
    assert str(message["From"]) == '"Club, the" <no-reply@mutual.example.org>'
    assert message["Reply-To"] is None
    assert message["Message-ID"] == "<mai_0000000000001.1795420800@mutual.example.org>"
    configure(mail_from="Post <post@example.org>", mail_reply_to="Help <help@example.org>")
    message = sent("Ada", "Subject")
    assert str(message["From"]) == "Post <post@example.org>"
    assert str(message["Reply-To"]) == "Help <help@example.org>"
    assert message["List-Unsubscribe"] == "<https://mutual.example.org/mail/unsubscribe/t>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    # Headers are ASCII, whatever the host is called and however long it is.
    host = f"{'b' * 60}.{'c' * 60}.bücher.example"
    configure(base_url=f"https://{host}:8443", mail_from="", mail_reply_to="")
    link = f"https://{host}:8443/mail/unsubscribe/{'t' * 100}"
    letter = Letter("Subject", "Text", "<p>HTML</p>", link)
    raw = message_of(Envelope("mai_0000000000001", "Ada", "ada@example.org", NOW, NOW), letter)
    spelt = host.replace("bücher", "xn--bcher-kva").encode()
    lines = raw.as_bytes().split(b"\r\n")
    there = b"https://" + spelt + b":8443/mail/unsubscribe/" + b"t" * 100
    assert b"List-Unsubscribe: <" + there + b">" in lines
    assert b"Message-ID: <mai_0000000000001.1795420800@" + spelt + b">" in lines
    configure(base_url="http://127.0.0.1:8000", mail_from="", mail_reply_to="")
    assert "no-reply@localhost" in str(sent("Ada", "Subject")["From"])


def test_a_setting_that_is_no_address_is_refused_at_start(set_up: object) -> None:
    good = ("", "post@example.org", "Post <post@example.org>", '"Club, the" <post@bücher.example>')
    bad = ("post", "Post <post>", "Post post@example.org", "Post, The <post@example.org>")
    worse = ("post@example,org", "post@@example.org", "post@example..org", "Post <@example.org>")
    for name in ("mail_from", "mail_reply_to"):
        for text in good:
            configure(**{name: text})
        for text in (*bad, *worse, "pöst@example.org", "a@example.org, b@example.org"):
            with pytest.raises(ValueError, match="not"):
                configure(**{name: text})
