"""Words of the console, in both languages."""

from __future__ import annotations

from assistant.errors import Text

TITLE = Text("Assistant", "智能助手")
INDEX = Text("Overview", "概览")
WORDS = {
    "readiness": Text("Readiness", "就绪状态"),
    "ready": Text("ready", "就绪"),
    "not_ready": Text("not ready", "未就绪"),
    "faq": Text("Curated answers", "整理好的答案"),
    "search": Text("Search", "文档检索"),
    "model": Text("Model", "模型"),
    "database": Text("Database", "数据库"),
    "cache": Text("Cache", "缓存"),
    "retrieval": Text("Quoted", "原文引用"),
    "other": Text("Unanswered", "未回答"),
    "cached": Text("Answered before", "此前已答"),
    "documents": Text("Documents", "文档"),
    "chunks": Text("Passages", "文本片段"),
    "faq_entries": Text("Curated answers", "整理好的答案"),
    "conversations_today": Text("Conversations today", "今日对话"),
    "waiting": Text("Waiting for a colleague", "等待同事"),
    "days": Text("Questions by layer, last 14 days", "近 14 天各层回答数"),
    "day": Text("Day (UTC)", "日期（UTC）"),
    "total": Text("All", "合计"),
    "hit_rate": Text("Hit rate", "命中率"),
    "unanswered": Text("Questions without an answer", "未能回答的问题"),
    "question": Text("Question", "问题"),
    "times": Text("Times", "次数"),
    "last": Text("Last asked", "最近提问"),
    "none": Text("Nothing was refused in these days.", "这些天没有拒答的问题。"),
    "quiet": Text("No questions yet.", "还没有提问。"),
    "write": Text("Write an answer", "补充答案"),
    "manage": Text("Manage", "管理"),
}
