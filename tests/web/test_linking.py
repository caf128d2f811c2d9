"""What members write becomes HTML: links, and nothing else."""

import time

from web.linking import REL, linked


def test_what_becomes_a_link() -> None:
    for text, address, rest in (
        ("see https://example.org/a?b=1&c=2.", "https://example.org/a?b=1&amp;c=2", "."),
        ("(http://example.org/x_(y))", "http://example.org/x_(y)", ")"),
        ("HTTPS://EXAMPLE.ORG!", "HTTPS://EXAMPLE.ORG", "!"),
        ("https://example.org/é#ü", "https://example.org/é#ü", ""),
        ("„https://example.org“", "https://example.org", "“"),
    ):
        expected = f'<a href="{address}" rel="{REL}">{address}</a>{rest}'
        assert str(linked(text)).endswith(expected), text


def test_what_stays_text() -> None:
    for text in (
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "https://",
        "https://bank.example@evil.example/",
        "http://[broken",
        "xhttps://example.org",
        "**bold** [words](x) @handle #tag",
    ):
        assert "<a" not in linked(text), text
    assert linked("<script>\"'&</script>") == "&lt;script&gt;&#34;&#39;&amp;&lt;/script&gt;"
    assert linked("https://a.example/\"onmouseover='x'") == (
        f'<a href="https://a.example/" rel="{REL}">https://a.example/</a>'
        "&#34;onmouseover=&#39;x&#39;"
    )
    assert "<b" not in linked("https://a.example/<b>x</b>")


def test_long_texts_take_no_time() -> None:
    """Twice as long is twice the work, or a little more; not four times."""
    for begin, more in (("", "https://"), ("", "http://a.b "), ("https://a", "))))")):
        once, twice = (took(begin + more * number) for number in (1_000, 2_000))
        assert twice < 3 * once + 0.01, more


def took(text: str) -> float:
    """CPU seconds; the least of five, or a collection of garbage counts."""
    tries = []
    for _ in range(5):
        began = time.process_time()
        linked(text)
        tries.append(time.process_time() - began)
    return min(tries)
