"""A wrong hit becomes a pair that was called different, with the entry that it was wrong for."""

import hashlib

from django.db import migrations

from assistant.faq.courtesy import bare
from retrieval.normalise import fold

LONGEST = 1000


def move(apps, schema_editor):
    hits = apps.get_model('faq', 'WrongHit')
    pairs = apps.get_model('faq', 'CalibrationPair')
    for hit in hits.objects.select_related('entry').order_by('pk').iterator(chunk_size=500):
        entry = hit.entry
        asked = bare(fold(hit.question))
        ways = {bare(fold(text)): text for text in [entry.question, *entry.variants]}
        said = pairs.objects.filter(tenant_id=entry.tenant_id, same=False, entry=None)
        # what `learn` wrote down beside the hit, by the digest of question and way
        known = [pair for way in ways if (pair := said.filter(digest=digest(asked, way, entry.pk)).first()) is not None]
        if known:
            pairs.objects.filter(pk=known[0].pk).update(
                entry=entry, turn=hit.turn, question_a=hit.question[:LONGEST], question_b=other(known[0], asked)
            )
            continue
        way = asked if asked in ways else bare(fold(entry.question))
        pairs.objects.update_or_create(
            tenant_id=entry.tenant_id,
            digest=digest(asked, way, entry.pk),
            defaults={
                'language': entry.language,
                'domain': entry.domain,
                'question_a': hit.question[:LONGEST],
                'question_b': ways[way][:LONGEST],
                'same': False,
                'origin': 'feedback',
                'entry': entry,
                'turn': hit.turn,
            },
        )


def other(pair, asked):
    return pair.question_b if bare(fold(pair.question_a)) == asked else pair.question_a


def digest(asked, way, entry):
    if asked == way:
        return hashlib.sha256(f'entry {entry}\n{asked}'.encode()).hexdigest()
    first, second = sorted((asked, way))
    return hashlib.sha256(f'{first}\n{second}'.encode()).hexdigest()


def back(apps, schema_editor):
    # the audit log's function names a column that is about to go
    schema_editor.execute('DROP FUNCTION IF EXISTS audit_of_faq_calibrationpair() CASCADE')
    hits = apps.get_model('faq', 'WrongHit')
    pairs = apps.get_model('faq', 'CalibrationPair')
    for pair in pairs.objects.filter(entry__isnull=False, same=False).iterator(chunk_size=500):
        folded = bare(fold(pair.question_a))[:LONGEST]
        hits.objects.get_or_create(
            entry_id=pair.entry_id, folded=folded, defaults={'question': pair.question_a, 'turn': pair.turn}
        )


class Migration(migrations.Migration):

    dependencies = [
        ('faq', '0006_pairs_name_the_entry'),
    ]

    operations = [
        migrations.RunPython(move, back),
    ]
