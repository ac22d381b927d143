"""The page of questions that no intent fits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("editing", "0003_cancelled_runs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Unrecognised",
            fields=[],
            options={
                "verbose_name": "unrecognised question",
                "verbose_name_plural": "unrecognised questions",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("editing.run",),
        ),
        migrations.AlterField(
            model_name="run",
            name="kind",
            field=models.CharField(
                choices=[
                    ("reindex", "build the index anew"),
                    ("merge", "merge recent changes into the index"),
                    ("verify", "verify the index"),
                    ("gaps", "look for coverage gaps"),
                    ("twins", "look for duplicates and contradictions"),
                    ("unrecognised", "look for questions that no intent fits"),
                    ("preview", "preview a draft"),
                ],
                max_length=16,
                verbose_name="what",
            ),
        ),
    ]
