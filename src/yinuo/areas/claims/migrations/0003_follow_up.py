from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0002_early_warning"),
    ]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="follow_up",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="call_back excluded history: who asks the customer how it was",
                max_length=12,
            ),
        ),
    ]
