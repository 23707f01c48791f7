"""Requests, the append-only event log with its chain and readers, records, running threads."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plancraft_requests",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("graph", sa.Text),
        sa.Column("thread_id", sa.Text),
        sa.Column("interrupt_id", sa.Text),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("requested_by", sa.Text),
        sa.Column("assignee", sa.Text),
        sa.Column("searched", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("delivery", sa.String(16), nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("deadline", sa.Float),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index(
        "plancraft_requests_inbox", "plancraft_requests", ["status", "created_at", "id"]
    )
    op.create_index("plancraft_requests_deadline", "plancraft_requests", ["status", "deadline"])
    op.create_index("plancraft_requests_delivery", "plancraft_requests", ["delivery", "graph"])
    op.create_index(
        "plancraft_requests_live",
        "plancraft_requests",
        ["thread_id"],
        sqlite_where=sa.text("live"),
        postgresql_where=sa.text("live"),
    )
    op.create_table(
        "plancraft_events",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("thread_id", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("plancraft_events_thread", "plancraft_events", ["thread_id", "seq"])
    op.create_index("plancraft_events_request", "plancraft_events", ["request_id", "seq"])
    chain = op.create_table(
        "plancraft_chain",
        sa.Column("only", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.bulk_insert(chain, [{"only": 1, "seq": 0, "hash": "0" * 64}])
    op.create_table(
        "plancraft_bookmarks",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
    )
    op.create_table(
        "plancraft_records",
        sa.Column("kind", sa.String(64), primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "plancraft_driving",
        sa.Column("graph", sa.Text, primary_key=True),
        sa.Column("thread_id", sa.Text, primary_key=True),
        sa.Column("since", sa.Float, nullable=False),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "sqlite":
        _protect_sqlite()
    else:
        _protect_postgresql()


def _protect_sqlite() -> None:
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER plancraft_events_no_{change.lower()} "
            f"BEFORE {change} ON plancraft_events "
            "BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END"
        )
    # INSERT OR REPLACE deletes without firing triggers for it.
    op.execute(
        "CREATE TRIGGER plancraft_events_no_replace BEFORE INSERT ON plancraft_events "
        "WHEN EXISTS (SELECT 1 FROM plancraft_events WHERE seq = NEW.seq) "
        "BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END"
    )


def _protect_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION plancraft_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the event log is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER plancraft_events_append_only "
        "BEFORE UPDATE OR DELETE OR TRUNCATE ON plancraft_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION plancraft_append_only()"
    )
