import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_tenants_and_keys"), ("knowledge", "0006_where_a_chunk_ends")]

    operations = [
        migrations.CreateModel(
            name="TenantExport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_by", models.CharField(max_length=200, verbose_name="asked for by")),
                ("counts", models.JSONField(verbose_name="what it holds")),
                ("size", models.PositiveBigIntegerField(verbose_name="size in bytes")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.tenant",
                        verbose_name="tenant",
                    ),
                ),
            ],
            options={
                "verbose_name": "export of a tenant",
                "verbose_name_plural": "exports of tenants",
                "ordering": ["-created_at"],
                "default_permissions": ["add"],
            },
        ),
    ]
