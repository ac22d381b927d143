from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('faq', '0009_verifiers_of_tenants'),
    ]

    operations = [
        migrations.AddField(
            model_name='thresholdcertificate',
            name='asked',
            field=models.PositiveIntegerField(default=0, verbose_name='own ways to ask'),
        ),
        migrations.AddField(
            model_name='thresholdcertificate',
            name='crossed',
            field=models.PositiveIntegerField(default=0, verbose_name='of these answered by another entry'),
        ),
        migrations.AddField(
            model_name='thresholdcertificate',
            name='crossings',
            field=models.JSONField(default=list, verbose_name="entries that answer each other's questions"),
        ),
        migrations.AddField(
            model_name='thresholdcertificate',
            name='lent',
            field=models.FloatField(null=True, verbose_name='threshold by the pairs alone'),
        ),
        migrations.AddField(
            model_name='thresholdcertificate',
            name='looked_at',
            field=models.DateTimeField(null=True, verbose_name='own entries compared'),
        ),
    ]
