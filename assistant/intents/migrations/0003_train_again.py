from django.db import migrations


def forget(apps, schema_editor):
    """Classifiers of the earlier kind cannot be read any more; the worker trains from the examples at its first tick."""
    apps.get_model("intents", "TrainedClassifier").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ('intents', '0002_versions_go_live_when_not_worse'),
    ]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
