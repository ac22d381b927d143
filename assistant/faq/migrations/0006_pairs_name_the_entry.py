import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('faq', '0005_questions_by_meaning'),
    ]

    operations = [
        migrations.AddField(
            model_name='calibrationpair',
            name='entry',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='wrong_for', to='faq.faqentry', verbose_name='wrong for'),
        ),
        migrations.AddField(
            model_name='calibrationpair',
            name='turn',
            field=models.UUIDField(editable=False, null=True, verbose_name='turn'),
        ),
        migrations.AddField(
            model_name='thresholdcertificate',
            name='known',
            field=models.PositiveIntegerField(null=True, verbose_name='pairs of the language at that time'),
        ),
    ]
