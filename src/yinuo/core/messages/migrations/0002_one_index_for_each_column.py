from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


def one_less(table: str, column: str, index: str, state: Operation) -> Operation:
    """Only the index goes: altering the field would check every row of the foreign key anew."""
    return migrations.SeparateDatabaseAndState(
        database_operations=[
            migrations.RunSQL(
                f"DROP INDEX IF EXISTS {index}",
                f"CREATE INDEX IF NOT EXISTS {index} ON {table} ({column})",
            )
        ],
        state_operations=[state],
    )


class Migration(migrations.Migration):
    beside = "another index begins with the same column and answers what this one did"

    dependencies = [
        ("cases", "0012_one_index_for_each_column"),
        ("messages", "0001_initial"),
    ]

    operations = [
        one_less(
            "messages_message",
            "case_id",
            "messages_message_case_id_ac11cc74",
            migrations.AlterField(
                model_name="message",
                name="case",
                field=models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="messages",
                    to="cases.case",
                ),
            ),
        ),
        one_less(
            "messages_message",
            "event_id",
            "messages_message_event_id_ccf0523d",
            migrations.AlterField(
                model_name="message",
                name="event",
                field=models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="messages",
                    to="cases.event",
                ),
            ),
        ),
    ]
