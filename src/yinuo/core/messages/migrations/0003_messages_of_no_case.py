from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    beside = "a column may be empty that the old version always fills"

    dependencies = [
        ("cases", "0013_due_by_kind"),
        ("messages", "0002_one_index_for_each_column"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="page",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="where the desk shows what it is about, when that belongs to no case",
                max_length=80,
            ),
        ),
        # Altering the field would check every row of the foreign key anew.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE messages_message ALTER COLUMN case_id DROP NOT NULL",
                    "ALTER TABLE messages_message ALTER COLUMN case_id SET NOT NULL",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="message",
                    name="case",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="cases.case",
                    ),
                )
            ],
        ),
    ]
