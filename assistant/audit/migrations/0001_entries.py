"""The table of the log, and the trigger that refuses to change what is in it."""

from django.db import migrations, models

REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit log is append-only: an entry is never changed or removed.' USING ERRCODE = '42501';
END;
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_refuse();
"""
UNDO = """
DO $$
DECLARE found record;
BEGIN
    FOR found IN SELECT proname FROM pg_proc WHERE proname LIKE 'audit\\_of\\_%' LOOP
        EXECUTE format('DROP FUNCTION %I() CASCADE', found.proname);
    END LOOP;
END;
$$;
DROP FUNCTION audit_refuse() CASCADE;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, verbose_name='when')),
                ('tenant', models.CharField(blank=True, max_length=64, verbose_name='tenant')),
                ('who', models.CharField(blank=True, max_length=200, verbose_name='who')),
                ('channel', models.CharField(choices=[('admin', 'admin site'), ('api', 'API'), ('command', 'command line'), ('import', 'import'), ('worker', 'worker'), ('system', 'system'), ('database', 'database, directly')], max_length=16, verbose_name='way in')),
                ('action', models.CharField(choices=[('add', 'added'), ('change', 'changed'), ('delete', 'removed')], max_length=8, verbose_name='action')),
                ('kind', models.CharField(max_length=64, verbose_name='kind')),
                ('object_id', models.CharField(max_length=64, verbose_name='id')),
                ('label', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('before', models.JSONField(null=True, verbose_name='before')),
                ('after', models.JSONField(null=True, verbose_name='after')),
            ],
            options={
                'verbose_name': 'entry of the audit log',
                'verbose_name_plural': 'audit log',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['tenant', '-id'], name='audit_by_tenant'), models.Index(fields=['kind', 'object_id', '-id'], name='audit_by_object')],
            },
        ),
        migrations.RunSQL(REFUSE, UNDO),
    ]
