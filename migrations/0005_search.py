"""The index of people: documents, and the variants of their words."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.ddl import add_constraints

CONSTRAINTS = {
    "search_document": {
        "search_document_member": "FOREIGN KEY (id) REFERENCES member (id) ON DELETE CASCADE"
    },
    "search_variant": {"search_variant_once": "UNIQUE (variant, word)"},
}
# No list of pending entries, which every search would have to read through.
POSTGRES = (
    "ALTER TABLE search_document ALTER words TYPE tsvector "
    "USING array_to_tsvector(string_to_array(words, ' '))",
    "CREATE INDEX search_document_words ON search_document USING gin (words) "
    "WITH (fastupdate = off)",
)
# The tokenizer divides at spaces alone: every other character of a token is named or not ASCII.
# Triggers keep the index beside the table that holds the words, as FTS5's documentation says.
SQLITE = (
    "CREATE VIRTUAL TABLE search_fts USING fts5(words, content = 'search_document', "
    "content_rowid = 'id', detail = none, columnsize = 0, tokenize = \"ascii tokenchars '+#.'\")",
    "CREATE TRIGGER search_document_added AFTER INSERT ON search_document BEGIN "
    "INSERT INTO search_fts (rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER search_document_deleted AFTER DELETE ON search_document BEGIN "
    "INSERT INTO search_fts (search_fts, rowid, words) VALUES ('delete', old.id, old.words); END",
    "CREATE TRIGGER search_document_changed AFTER UPDATE ON search_document BEGIN "
    "INSERT INTO search_fts (search_fts, rowid, words) VALUES ('delete', old.id, old.words); "
    "INSERT INTO search_fts (rowid, words) VALUES (new.id, new.words); END",
)


async def constrain(apps: object, editor: object) -> None:
    await add_constraints(editor, CONSTRAINTS)


async def make_index(apps: object, editor: Any) -> None:
    client = editor.client
    for statement in SQLITE if client.capabilities.dialect == "sqlite" else POSTGRES:
        await client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("models", "0004_knowing")]

    initial = False

    operations = [
        ops.CreateModel(
            name="SearchDocument",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                ("words", fields.TextField(unique=False)),
            ],
            options={"table": "search_document", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="SearchVariant",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                ("variant", fields.CharField(max_length=40)),
                ("word", fields.CharField(max_length=40)),
            ],
            options={"table": "search_variant", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.RunPython(constrain),
        ops.RunPython(make_index),
    ]
