"""What a hostile client sends: documents over the grammar and our schema, mutations of our own
documents, values of every kind, and bodies and frames around them.
"""

import json
import random
import re
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    Undefined,
    get_named_type,
    parse,
    type_from_ast,
)
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from schema import schema
from web.documents import documents

CORE = schema._schema
COMPOSITES = [
    kind
    for kind in CORE.type_map.values()
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType)
]
NAMES = sorted(
    {name for kind in COMPOSITES for name in getattr(kind, "fields", {})}
    | set(CORE.type_map)
    | {"on", "query", "fragment", "true", "null", "__typename", "input", "first", "after", "x"}
)
OWN = sorted(documents().values())
# Types of the variables of each of our documents.
WANTED = {
    text: {
        definition.variable.name.value: type_from_ast(CORE, definition.type)
        for definition in parse(text).definitions[0].variable_definitions or ()  # type: ignore[attr-defined]
    }
    for text in OWN
}
# Ids and cursors that exist, put in by the test.
KNOWN: list[str] = ["mem_0000000000000"]

TEXTS = [
    "",
    " ",
    "x",
    "\x00",
    "a\x00b",
    "\x07",
    "\u202e",
    "\ufeff",
    "\uffff",
    "💥",
    "👩‍👩‍👧",
    "ﷺ" * 50,
    "x" * 600,
    "x" * 20_000,
    "%",
    "_%\\",
    "'; --",
    "crq_",
    "crq_0000000000000",
    "mem_zzzzzzzzzzzzz",
    "mem_" + "z" * 5000,
    "MEM_0000000000000",
    "AAAA",
    "e30=",
    "eyJhIjoxfQ==",
    "2026-02-30T00:00:00Z",
    "-1",
    "NaN",
    "../../etc",
]
NUMBERS: list[Any] = [0, 1, -1, 100, 101, 2**31 - 1, 2**31, -(2**31) - 1, 2**53, 2**63, 2**64 - 1]
NUMBERS += [0.5, -0.0, 1e308, 5e-324, True, False]
LITERALS = ["0", "-1", "100", "2147483648", "9" * 400, "1e400", "-0", "1.5", "true", "null", "X"]
LITERALS += ["[]", "[[]]", "{}", "{a: 1}", "[1, null]", "$x", "$a", '"""b"""', '"\\u0000"']
LITERALS += ['"\\uD83D\\uDE00"', '"\\uD800"', '"\\u{1F4A5}"', '"\\u{FFFFFFFF}"', '"💥"', "ACCEPTED"]
TOKENS = ["{", "}", "(", ")", "[", "]", ":", "!", "$", "@", "...", "=", "|", "&", ",", '"', '"""']
TOKENS += [
    "#",
    "\n",
    "\x00",
    "\ufeff",
    "query",
    "mutation",
    "subscription",
    "fragment",
    "on",
    "type",
]

# Hypothesis throws the dice and plain Python reads them: drawn one by one, choices are correlated
# and every second document is one that was there before.
Dice = random.Random
dice = st.integers(0, 2**64 - 1).map(random.Random)


def _text(die: Dice) -> str:
    if die.random() < 0.7:
        return die.choice(TEXTS)
    return "".join(chr(die.choice([die.randrange(128), die.randrange(0xD800)])) for _ in range(8))


def _leaf(die: Dice) -> Any:
    kind = die.randrange(4)
    if kind == 0:
        return die.choice([None, *NUMBERS])
    return _known(die) if kind == 1 else _text(die)


def _any(die: Dice, depth: int = 0) -> Any:
    """A value of any kind."""
    kind = die.randrange(4) if depth < 3 else 3
    if kind == 0:
        return [_any(die, depth + 1) for _ in range(die.randrange(4))]
    if kind == 1:
        return {_name(die): _any(die, depth + 1) for _ in range(die.randrange(4))}
    return _leaf(die)


def _name(die: Dice) -> str:
    return die.choice([die.choice(NAMES), _text(die)])


def _known(die: Dice) -> str:
    return die.choice(KNOWN)


def _value(die: Dice, kind: Any, depth: int = 0) -> Any:
    """A value for a variable of an input type, that fits more often than not."""
    if die.randrange(20) == 0:
        return _any(die)
    if isinstance(kind, GraphQLNonNull):
        return _value(die, kind.of_type, depth)
    if die.randrange(5) == 0:
        return None
    if isinstance(kind, GraphQLList):
        return [_value(die, kind.of_type, depth)] * die.randrange(4)
    if isinstance(kind, GraphQLEnumType):
        return die.choice(sorted(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        return {n: _value(die, field.type, depth + 1) for n, field in kind.fields.items()}
    if kind.name in ("Int", "Float", "Boolean"):
        return True if kind.name == "Boolean" else die.choice([0, 1, 5, 20, 100, -1])
    return _known(die) if die.random() < 0.5 else _text(die)


def _literal(die: Dice, kind: Any, depth: int = 0) -> str:
    """A literal for an input type, that fits more often than not."""
    if die.randrange(30) == 0:
        return die.choice(LITERALS)
    if isinstance(kind, GraphQLNonNull):
        return _literal(die, kind.of_type, depth)
    if isinstance(kind, GraphQLList):
        return "[" + ", ".join(_literal(die, kind.of_type) for _ in range(depth % 3)) + "]"
    if isinstance(kind, GraphQLEnumType):
        return die.choice(sorted(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        fields = kind.fields if depth < 3 else {}
        given = [n for n in fields if _is_required(fields[n]) or die.random() < 0.5]
        return ", ".join(
            f"{name}: {_literal(die, fields[name].type, depth + 1)}" for name in given
        ).join("{}")
    if kind.name in ("Int", "Float"):
        return str(die.choice([0, 1, 2, 5, 20, 100, 101, -1]))
    if kind.name == "Boolean":
        return die.choice(["true", "false"])
    text = _known(die) if die.random() < 0.5 else _text(die)
    return json.dumps(text, ensure_ascii=False)


def _is_required(given: Any) -> bool:
    return isinstance(given.type, GraphQLNonNull) and given.default_value is Undefined


def _arguments(die: Dice, known: Any) -> str:
    given = [n for n in known if _is_required(known[n]) or die.randrange(4) == 0]
    if not given:
        return ""
    return "(" + ", ".join(f"{n}: {_literal(die, known[n].type)}" for n in given) + ")"


def _field(die: Dice, parent: Any, depth: int) -> str:
    fields = getattr(parent, "fields", {})
    odd = die.randrange(100)
    if odd == 0:
        return die.choice(NAMES)
    if not fields:
        return "__typename"
    if odd == 1:
        condition = _condition(die, parent)
        return f"... on {condition.name} " + _selection(die, condition, depth + 1)
    if odd == 2:
        return "..." + die.choice("ABC")
    name = die.choice(sorted(fields))
    kind = get_named_type(fields[name].type)
    text = name + _arguments(die, fields[name].args)
    if odd == 3:
        text = die.choice(["a: ", "b: ", "id: "]) + text
    if odd == 4:
        text += die.choice([" @include(if: true)", " @skip(if: $x)", " @x", " @include"])
    has_fields = kind in COMPOSITES
    if has_fields is (odd != 5):
        text += " " + _selection(die, kind, depth + 1)
    return text


def _condition(die: Dice, parent: Any) -> Any:
    """A type a fragment may have here, mostly."""
    if die.randrange(4) == 0:
        return die.choice(COMPOSITES)
    if isinstance(parent, GraphQLObjectType):
        return parent
    return die.choice(CORE.get_possible_types(parent))


def _selection(die: Dice, parent: Any, depth: int) -> str:
    if depth > 4:
        return "{ __typename }"
    count = 1 if parent is CORE.subscription_type else die.randint(1, 3)
    return "{ " + " ".join(_field(die, parent, depth) for _ in range(count)) + " }"


def _walk(die: Dice) -> str:
    """An operation along our schema that is valid, or nearly."""
    kinds = ["query"] * 4 + ["mutation"] * 3 + ["subscription"]
    kind = die.choice(kinds)
    root = {
        "query": CORE.query_type,
        "mutation": CORE.mutation_type,
        "subscription": CORE.subscription_type,
    }[kind]
    selected = _selection(die, root, 0)
    head = die.choice([""] * 8 + [" A", " A($a: [ID!]! = 1)"])
    if "$x" in selected and not head:
        head = "($x: Boolean = true)"
    text = kind + head + " " + selected
    for name in "ABC":
        if f"...{name}" in text:
            condition = _condition(die, root)
            text += f" fragment {name} on {condition.name} " + _selection(die, condition, 2)
    return text


def _mutant(die: Dice) -> tuple[str, Any]:
    """A document of ours with variables for it; often cut, doubled, moved or with strange things
    put in.
    """
    own = text = die.choice(OWN)
    for _ in range(die.choice([0, 0, 1, 2])):
        words = list(re.finditer(r"\w+", text))
        word = words[die.randrange(len(words))]
        new = die.choice(NAMES + LITERALS)
        text = text[: word.start()] + new + text[word.end() :]
    for _ in range(die.choice([0, 0, 0, 1, 3])):
        start = die.randrange(len(text) + 1)
        stop = min(len(text), start + die.randrange(61))
        piece = text[start:stop]
        changed = ["", piece * 2, piece * 30, piece[::-1], piece.swapcase()]
        new = die.choice([die.choice(changed), die.choice(TOKENS + LITERALS + NAMES)])
        text = text[:start] + new + text[stop:]
    return text, {name: _value(die, kind) for name, kind in WANTED[own].items()}


def _soup(die: Dice) -> str:
    """The grammar's words, in any order."""
    return " ".join(die.choice(TOKENS + LITERALS + NAMES) for _ in range(die.randrange(25)))


def _bomb(die: Dice) -> str:
    """Small to write, large to read: whatever grows is bounded, or takes no time."""
    many = die.choice([10, 60, 400, 950, 3_000])
    name = die.choice(NAMES)
    spreads = " ".join(f"...F{n}" for n in range(min(many, 60)))
    web = f"{{ {spreads} }} " + " ".join(
        f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 2} {name} }}" for n in range(min(many, 60))
    )
    wide, deep = die.choice([(20, 2), (8, 3), (3, 5), (2, 8)])
    nested = "{ __typename id }"
    for _ in range(deep):
        nested = "{ " + f"member {nested} " * wide + "}"
    return die.choice(
        [
            web,
            f"{{ viewer {nested} }}",
            "{ " + f"{name} {{ " * many,
            "{ " + " ".join(f"{name}{n}" for n in range(many)) + " }",
            "{ " + " ".join(f"a{n}: {name}" for n in range(many)) + " }",
            "{ " + f"{name} " * many + "}",
            "{ " + " ".join(f"... on {name}{n} {{ id }}" for n in range(many)) + " }",
            "query(" + " ".join(f"$a{n}: {name}{n}" for n in range(many)) + ") { __typename }",
            "query($a: " + "[" * many + name + "]" * many + ") { __typename }",
            "{ members(first: " + "[" * many + "1" + "]" * many + ") { nodes { id } } }",
            "{ members(" + " ".join(f"firs{n}: 1" for n in range(many)) + ") { nodes { id } } }",
            "{ __typename " + f"@{name} " * many + "}",
            "{ __typename " + "@include(if: true) " * many + "}",
            "mutation { updateProfile(input: {"
            + " ".join(f"headlin{n}: 1" for n in range(many))
            + "}) { __typename } }",
            "subscription { events(kinds: [" + f"{name} " * many + "]) { cursor } }",
            "{ "
            + " ".join(f"a{n}: __schema {{ types {{ fields {{ name }} }} }}" for n in range(many))
            + " }",
            " ".join(f"query A{n} {{ {name} }}" for n in range(many)),
            " ".join(f"type A{n} {{ a: Int }}" for n in range(many)),
            "#" * 80 * many + "\n{ __typename }",
            "\n" * 80 * many + "{",
            '{ __type(name: "' + "\\u0041" * 12 * many + '") { name } }',
            '{ __type(name: """' + " x\n" * 25 * many + '""") { name } }',
            "{ members(first: " + "9" * 80 * many + ") { nodes { id } } }",
            "{ " + name * 10 * many + " }",
        ]
    )


def _operation(die: Dice) -> dict[str, Any]:
    """A payload of the right shape."""
    kind = die.randrange(10)
    given: Any = None
    if kind < 4:
        query, given = _mutant(die)
    else:
        query = _walk(die) if kind < 8 else _soup(die) if kind == 8 else _bomb(die)
    if die.randrange(5) == 0:
        given = {_name(die): _any(die) for _ in range(3)}
    made = {"query": query, "variables": given}
    if die.randrange(10) == 0:
        made["operationName"] = die.choice(["A", "", "x" * 2000, "💥"])
    return made


def _body(die: Dice) -> bytes:
    """A body; every seventh is no JSON, or not an operation."""
    text = json.dumps(_operation(die), ensure_ascii=False).encode(errors="surrogatepass")
    odd = die.randrange(14)
    if odd == 0:
        at = die.randrange(len(text) + 1)
        new = die.choice([b"", b"\xff", b"\x00", b"[" * 2000, b"\\ud800", b"9" * 5000])
        return text[:at] + new + text[at + die.randrange(10) :]
    if odd == 1:
        return json.dumps(_any(die)).encode()
    return text


def _frame(die: Dice) -> bytes | str:
    """A frame of graphql-transport-ws: now and then of the right shape."""
    kinds = ["subscribe", "complete", "ping", "pong", "connection_init", "next", "x", _any(die)]
    made = {
        "type": die.choice(kinds),
        "id": die.choice(["1", "x", "💥", _any(die)]),
        "payload": die.choice([None, {}, {_name(die): _any(die)}, _operation(die), _any(die)]),
    }
    text = json.dumps({key: made[key] for key in made if die.randrange(10)})
    odd = die.randrange(20)
    if odd == 0:
        return text.encode()
    if odd == 1:
        return text[: die.randrange(len(text) + 1)]
    return text


operations: SearchStrategy[dict[str, Any]] = dice.map(_operation)
bodies: SearchStrategy[bytes] = dice.map(_body)
frames: SearchStrategy[bytes | str] = dice.map(_frame)
