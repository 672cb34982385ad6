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
        ("cases", "0011_newest_of_a_kind"),
        ("people", "0002_competence_records"),
    ]

    operations = [
        one_less(
            "cases_case",
            "customer_id",
            "cases_case_customer_id_3e0cf925",
            migrations.AlterField(
                model_name="case",
                name="customer",
                field=models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="cases",
                    to="people.person",
                ),
            ),
        ),
        one_less(
            "cases_event",
            "case_id",
            "cases_event_case_id_59b954a1",
            migrations.AlterField(
                model_name="event",
                name="case",
                field=models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="events",
                    to="cases.case",
                ),
            ),
        ),
        one_less(
            "cases_promise",
            "case_id",
            "cases_promise_case_id_85d6659c",
            migrations.AlterField(
                model_name="promise",
                name="case",
                field=models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="promises",
                    to="cases.case",
                ),
            ),
        ),
    ]
