from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("editing", "0004_unrecognised_questions")]

    operations = [
        migrations.AddField("passage", "last_page", models.PositiveIntegerField(null=True, verbose_name="last page")),
        migrations.AddField("passage", "last_line", models.PositiveIntegerField(null=True, verbose_name="last line")),
        migrations.AddField("citation", "last_page", models.PositiveIntegerField(null=True, verbose_name="last page")),
    ]
