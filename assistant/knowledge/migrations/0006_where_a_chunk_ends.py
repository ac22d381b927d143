from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0005_jobs_can_be_cancelled")]

    operations = [
        migrations.AddField("chunk", "last_page", models.PositiveIntegerField(null=True)),
        migrations.AddField("chunk", "last_line", models.PositiveIntegerField(null=True)),
    ]
