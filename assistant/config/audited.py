"""What the audit log watches: every row that people or programs set, with the fields that it may show.

Secrets (digests, signing keys, passwords), personal values (e-mail addresses), bytes, vectors and what counts or moves
by itself are left out. `tests/architecture/test_audited.py` finds a model or a field about which nothing was decided.
"""

from assistant.audit.watch import Watch

AUDITED = (
    Watch("accounts.Tenant", ("slug", "name", "language"), ("id", "created_at"), tenant="", label=("name",)),
    Watch(
        "accounts.ApiKey",
        ("name", "prefix", "scopes", "groups", "expires_at", "revoked_at", "replaces"),
        ("id", "tenant", "digest", "created_at", "last_used_at"),
        label=("name",),
    ),
    Watch(
        "knowledge.Document",
        (
            "title", "filename", "domain", "language", "access", "tags", "url", "origin", "licence", "state",
            "revision", "checksum", "withdrawn", "valid_from", "valid_until", "uploader", "deleted_at",
            "owner",
        ),
        ("id", "tenant", "origin_facts", "error_code", "error_detail", "created_at", "updated_at"),
        label=("title", "filename"),
    ),
    Watch(
        "knowledge.Revision",
        ("document", "number", "sha256", "size", "filename", "uploader", "origin"),
        ("id", "data", "created_at"),
        tenant="document__tenant",
        label=("filename",),
    ),
    Watch(
        "editing.Draft",
        ("document", "filename", "uploader"),
        ("id", "data", "updated_at"),
        tenant="document__tenant",
        label=("filename",),
    ),
    Watch(
        "faq.FaqEntry",
        (
            "key", "language", "domain", "intent", "question", "variants", "answer", "source", "tags", "access",
            "published", "state", "author", "approver", "publish_at", "valid_from", "valid_until",
        ),
        ("id", "tenant", "served", "hits", "version", "created_at", "updated_at"),
        label=("question",),
    ),
    Watch("faq.FaqValue", ("name", "value_en", "value_zh"), ("id", "tenant"), label=("name",)),
    Watch("faq.FaqSettings", ("name_fallback",), ("id", "tenant")),
    Watch(
        "faq.CalibrationPair",
        ("language", "domain", "same", "origin", "entry"),
        ("id", "tenant", "question_a", "question_b", "digest", "turn", "created_at", "judged_at"),  # visitors' words
    ),
    Watch(
        "intents.Intent",
        ("name", "route", "domain", "description", "replies", "slots"),
        ("id", "tenant", "updated_at"),
        label=("name",),
    ),
    Watch(
        "intents.Example",
        ("intent", "text", "language"),
        ("id", "encoder", "vector"),
        tenant="intent__tenant",
        label=("text",),
    ),
    Watch(
        "widget.Site",
        (
            "name", "public_id", "enabled", "origins", "groups", "languages", "title_en", "title_zh", "greeting_en",
            "greeting_zh", "suggestions_en", "suggestions_zh", "accent", "require_identity",
        ),
        ("id", "tenant", "identity_secret"),
        label=("name",),
    ),
    Watch(
        "auth.User",
        ("username", "is_active", "is_staff", "is_superuser"),
        ("id", "password", "email", "first_name", "last_name", "last_login", "date_joined"),
        tenant=None,
        label=("username",),
    ),
    Watch("auth.Group", ("name",), ("id",), tenant=None, label=("name",)),
    Watch("auth.User_groups", ("user", "group"), ("id",), tenant=None),
    Watch("auth.User_user_permissions", ("user", "permission"), ("id",), tenant=None),
    Watch("auth.Group_permissions", ("group", "permission"), ("id",), tenant=None),
)  # fmt: skip
