"""Everything of a tenant in one zip, and back: documents with all revisions, curated answers, intents.

    documents.jsonl    a line a document, with its revisions; the bytes of each lie in
    blobs/<sha256>     once, however many revisions have them
    <part>.jsonl       what other rooms keep (settings.TRANSFERS)
    SHA256SUMS         a line a file above
    export.json        format, tenant, counts, and the SHA-256 of SHA256SUMS; written last

What is derived (chunks, vectors, the index, trained classifiers) is made anew: the same bytes give the same chunks,
with the same ids, because documents keep theirs.
"""

FORMAT = 1
DOCUMENTS, SUMS, FACTS, BLOBS = "documents.jsonl", "SHA256SUMS", "export.json", "blobs/"
