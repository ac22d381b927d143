"""What the rooms above bring to commands that live below them, by dotted path: no room imports upwards."""

from assistant.config.audited import AUDITED

__all__ = ["AUDITED", "DEMO_LOADERS", "EVALUATIONS", "RUNS", "TRANSFERS", "WORKER_CHORES"]

WORKER_CHORES = [  # (function without arguments, seconds between runs)
    ("assistant.faq.services.write_hits", 2.0),
    ("assistant.faq.services.embed_missing", 3.0),
    ("assistant.faq.generated.tidy", 60.0),
    ("assistant.faq.issuing.reissue", 60.0),
    ("assistant.intents.services.train_stale", 1.0),
    ("assistant.knowledge.maintenance.merge_index", 30.0),
    ("assistant.knowledge.maintenance.sharpen_index", 20.0),
    ("assistant.knowledge.tasks.backend.relay", 2.0),
    ("assistant.knowledge.pruning.prune_changes", 3600.0),
    ("assistant.knowledge.publishing.follow_validity", 1.0),
    ("assistant.chat.stores.flush.flush_turns", 1.0),
    ("assistant.editing.runs.work_off", 1.0),
    ("assistant.editing.gaps.ask_when_due", 600.0),
]
DEMO_LOADERS = [  # (label, function (tenant, folder, encoder, progress) -> how many things changed)
    ("intents", "assistant.intents.demo.load"),
    ("FAQ", "assistant.faq.demo.load"),
    ("documents", "assistant.knowledge.demo_documents.load"),
]
EVALUATIONS = {  # name of `manage.py evaluate NAME`: module with add_arguments(parser) and run(options) -> figures
    "abstain": "assistant.chat.evaluate_abstain",
    "cache": "assistant.faq.evaluation",
    "facts": "assistant.chat.evaluate_facts",
    "intents": "assistant.intents.evaluation",
    "retrieval": "assistant.knowledge.evaluation",
}
RUNS = {  # what an editor or operator may ask the worker for: function (run, report) -> Outcome
    "reindex": "assistant.editing.index.reindex",
    "merge": "assistant.editing.index.merge",
    "verify": "assistant.editing.index.verify",
    "gaps": "assistant.editing.gaps.find",
    "twins": "assistant.editing.twins.find",
    "unrecognised": "assistant.editing.unrecognised.find",
    "preview": "assistant.editing.preview.compute",
}
TRANSFERS = [  # (part of an export, module with dump(tenant) -> rows and load(tenant, rows) -> how many are new)
    ("faq", "assistant.faq.transfer"),
    ("intents", "assistant.intents.transfer"),
]
