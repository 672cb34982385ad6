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
        ("call_backs", "0002_quality_checks"),
        ("cases", "0012_one_index_for_each_column"),
        ("people", "0002_competence_records"),
    ]

    operations = [
        one_less(
            "call_backs_callback",
            "followed_id",
            "call_backs_callback_followed_id_ee35f462",
            migrations.AlterField(
                model_name="callback",
                name="followed",
                field=models.ForeignKey(
                    db_index=False,
                    help_text="the case asked about, as in Case.about",
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="call_backs",
                    to="cases.case",
                ),
            ),
        ),
        one_less(
            "call_backs_callback",
            "person_id",
            "call_backs_callback_person_id_930cef2a",
            migrations.AlterField(
                model_name="callback",
                name="person",
                field=models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="call_backs",
                    to="people.person",
                ),
            ),
        ),
    ]
