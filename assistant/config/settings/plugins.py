"""Which parts take a turn in jobs that belong to no single one of them; named by dotted path."""

__all__ = ["DEMO_LOADERS", "EVALUATIONS", "WORKER_CHORES"]

DEMO_LOADERS = [
    ("intents", "assistant.intents.demo.load"),
    ("curated answers", "assistant.faq.demo.load"),
    ("documents", "assistant.knowledge.demo_documents.load"),
]
"""What `manage.py load_demo` calls, in order."""

WORKER_CHORES = [
    ("assistant.faq.services.write_hits", 10.0),
    ("assistant.faq.services.embed_missing", 2.0),
    ("assistant.intents.services.train_stale", 2.0),
    ("assistant.knowledge.maintenance.merge_index", 30.0),
]
"""What `manage.py worker` repeats beside reading documents, and every how many seconds."""

EVALUATIONS = {
    "abstain": "assistant.chat.evaluation",
    "cache": "assistant.faq.evaluation",
    "intents": "assistant.intents.evaluation",
    "retrieval": "assistant.knowledge.evaluation",
}
"""`manage.py evaluate NAME`: a module with `add_arguments(parser)` and `run(options) -> figures`."""
