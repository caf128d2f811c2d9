"""What a database says about itself, in the same words on both engines.

Types differ by nature and are left out; what must hold (columns, nulls, references, uniqueness,
checks) and what must be fast (indexes) is one sorted text.
"""

import re

from models import sql

# The index of people is of each engine's own kind: tests/models/test_search_text.py looks at it.
_FULL_TEXT = [
    f"{index}{part}"
    for index in ("search_fts", "update_fts", "message_fts")
    for part in ("", "_config", "_content", "_data", "_idx")
]
_IGNORED = ("tortoise_migrations", "sqlite_sequence", *_FULL_TEXT)
_IGNORED_INDEXES = tuple(f"{index}_document_words" for index in ("search", "update", "message"))


async def schema() -> str:
    """All tables of the open database, one line a fact."""
    lines = await (_sqlite() if sql.is_sqlite() else _postgres())
    return "".join(f"{line}\n" for line in sorted(set(lines)))


def _predicate(text: str) -> str:
    """`WHERE …` without the casts and brackets PostgreSQL adds."""
    text = re.sub(r"::\w+(\[\])?", "", text)
    return re.sub(r"\s+", " ", text.replace("(", " ").replace(")", " ")).strip()


def _index(name: str, table: str, unique: bool, columns: list[str], where: str | None) -> str:
    kind = "unique index" if unique else "index"
    tail = f" where {_predicate(where)}" if where else ""
    return f"{table}: {kind} {name} ({', '.join(columns)}){tail}"


async def _sqlite() -> list[str]:
    lines = []
    for table in await sql.rows("SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
        name = table["name"]
        if name in _IGNORED:
            continue
        for column in await sql.rows(f"SELECT * FROM pragma_table_info('{name}')"):
            optional = "null" if not column["notnull"] else "not null"
            lines.append(f"{name}: column {column['name']} {optional}")
        checks = re.findall(r"CONSTRAINT \"?(\w+)\"? CHECK", table["sql"])
        lines += [f"{name}: check {check}" for check in checks]
        lines += await _sqlite_references(name, table["sql"])
        for index in await sql.rows(f"SELECT * FROM pragma_index_list('{name}')"):
            lines.append(await _sqlite_index(name, index))
    return lines


async def _sqlite_references(table: str, text: str) -> list[str]:
    found: dict[int, list[sql.Row]] = {}
    for row in await sql.rows(f"SELECT * FROM pragma_foreign_key_list('{table}') ORDER BY id, seq"):
        found.setdefault(row["id"], []).append(row)
    lines = []
    for rows in found.values():
        columns = ", ".join(row["from"] for row in rows)
        targets = ", ".join(row["to"] for row in rows)
        late = "deferred" if f"({columns}) REFERENCES" in text and "DEFERRED" in text else "now"
        action = rows[0]["on_delete"]
        lines.append(f"{table}: ({columns}) -> {rows[0]['table']} ({targets}) {action} {late}")
    return lines


async def _sqlite_index(table: str, index: sql.Row) -> str:
    name = index["name"]
    columns = [
        f"{row['name']} DESC" if row["desc"] else row["name"]
        for row in await sql.rows(
            f"SELECT * FROM pragma_index_xinfo('{name}') WHERE key ORDER BY seqno"
        )
    ]
    if index["origin"] in ("u", "pk"):
        return f"{table}: unique ({', '.join(columns)})"
    row = await sql.row("SELECT sql FROM sqlite_master WHERE name = $1", name)
    assert row is not None
    _, _, where = row["sql"].partition(" WHERE ")
    return _index(name, table, bool(index["unique"]), columns, where)


async def _postgres() -> list[str]:
    lines = []
    for row in await sql.rows(
        "SELECT table_name, column_name, is_nullable FROM information_schema.columns "
        "WHERE table_schema = 'public'"
    ):
        if row["table_name"] not in _IGNORED:
            optional = "null" if row["is_nullable"] == "YES" else "not null"
            lines.append(f"{row['table_name']}: column {row['column_name']} {optional}")
    names = "SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest({}) WITH ORDINALITY "
    names += "AS k(number, place) JOIN pg_attribute a ON a.attrelid = {} AND a.attnum = k.number"
    for row in await sql.rows(
        "SELECT conname, contype::text AS kind, t.relname AS name, f.relname AS far, condeferred, "
        "CASE confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'r' THEN 'RESTRICT' WHEN 'a' THEN "
        f"'NO ACTION' ELSE confdeltype::text END AS action, ({names.format('conkey', 'conrelid')}) "
        f"AS columns, ({names.format('confkey', 'confrelid')}) AS targets FROM pg_constraint c "
        "JOIN pg_class t ON t.oid = conrelid LEFT JOIN pg_class f ON f.oid = confrelid "
        "WHERE c.connamespace = 'public'::regnamespace"
    ):
        if row["name"] in _IGNORED:
            continue
        if row["kind"] == "c":
            lines.append(f"{row['name']}: check {row['conname']}")
        elif row["kind"] == "f":
            late = "deferred" if row["condeferred"] else "now"
            target = f"{row['far']} ({row['targets']}) {row['action']} {late}"
            lines.append(f"{row['name']}: ({row['columns']}) -> {target}")
        elif row["kind"] in "pu":
            lines.append(f"{row['name']}: unique ({row['columns']})")
    for row in await sql.rows(
        "SELECT i.relname AS name, t.relname AS on, x.indisunique, x.indnatts, x.indexrelid, "
        "pg_get_expr(x.indpred, x.indrelid) AS predicate, "
        "ARRAY(SELECT pg_get_indexdef(x.indexrelid, n, true) || CASE WHEN "
        "pg_index_column_has_property(x.indexrelid, n, 'desc') THEN ' DESC' ELSE '' END "
        "FROM generate_series(1, x.indnatts::int) n ORDER BY n) AS columns "
        "FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON "
        "t.oid = x.indrelid WHERE i.relnamespace = 'public'::regnamespace AND NOT EXISTS "
        "(SELECT 1 FROM pg_constraint c WHERE c.conindid = x.indexrelid "
        "AND c.contype IN ('p', 'u'))"
    ):
        facts = (row["name"], row["on"], row["indisunique"], row["columns"], row["predicate"])
        if row["on"] not in _IGNORED and row["name"] not in _IGNORED_INDEXES:
            lines.append(_index(*facts))
    return lines
