from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intents', '0003_train_again'),
    ]

    operations = [
        migrations.AddField(
            model_name='trainedclassifier',
            name='fine_tuned',
            field=models.BooleanField(default=False, verbose_name='fine-tuned'),
        ),
    ]
