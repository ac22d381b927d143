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
        migrations.AlterField(
            model_name='generatedanswer',
            name='encoder',
            field=models.CharField(blank=True, default='', editable=False, max_length=200, verbose_name='encoder'),
        ),
        migrations.AlterField(
            model_name='generatedanswer',
            name='scope',
            field=models.CharField(db_index=True, default='', editable=False, max_length=64, verbose_name='scope'),
        ),
        migrations.AlterField(
            model_name='generatedanswer',
            name='vector',
            field=models.BinaryField(null=True, verbose_name='vector'),
        ),
    ]
