from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('faq', '0007_wrong_hits_become_pairs'),
    ]

    operations = [
        migrations.DeleteModel(
            name='WrongHit',
        ),
    ]
