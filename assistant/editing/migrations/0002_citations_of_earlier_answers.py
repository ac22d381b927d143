"""Answers given before keep their lineage: citations from the recorded JSON, passages that are still there."""

from django.db import migrations

SOURCES = """
SELECT t.id AS turn, t.text, c.tenant_id, s.value AS source
FROM chat_turn t
JOIN chat_conversation c ON c.id = t.conversation_id
CROSS JOIN LATERAL jsonb_array_elements(
    CASE WHEN jsonb_typeof(t.answer -> 'sources') = 'array' THEN t.answer -> 'sources' ELSE '[]'::jsonb END
) AS s(value)
"""
FILL = f"""
INSERT INTO editing_passage (chunk, digest, revision_id, text, headings, page, line)
SELECT k.id, encode(sha256(convert_to(k.text, 'UTF8')), 'hex'), k.revision_id, k.text, k.headings, k.page, k.line
FROM knowledge_chunk k WHERE k.id IN (SELECT found.source ->> 'chunk' FROM ({SOURCES}) found)
ON CONFLICT DO NOTHING;

INSERT INTO editing_citation
    (tenant_id, turn_id, n, used, chunk, document, revision, faq_key, title, page, passage_id)
SELECT
    found.tenant_id,
    found.turn,
    (found.source ->> 'n')::smallint,
    position('[' || (found.source ->> 'n') || ']' IN found.text) > 0,
    left(found.source ->> 'chunk', 120),
    CASE WHEN found.source ->> 'document' ~ '^[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$'
         THEN (found.source ->> 'document')::uuid END,
    (found.source ->> 'revision')::integer,
    '',
    left(found.source ->> 'title', 500),
    (found.source ->> 'page')::integer,
    p.id
FROM ({SOURCES}) found
LEFT JOIN knowledge_chunk k ON k.id = found.source ->> 'chunk'
LEFT JOIN knowledge_document d ON d.id = k.document_id AND d.tenant_id = found.tenant_id
LEFT JOIN editing_passage p ON d.id IS NOT NULL AND p.chunk = k.id
    AND p.digest = encode(sha256(convert_to(k.text, 'UTF8')), 'hex')
WHERE found.source ->> 'chunk' NOT LIKE 'faq:%'
ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [("editing", "0001_desk"), ("chat", "0002_feedback"), ("knowledge", "0003_publication_and_validity")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
