"""Words of the desk's own pages, in both languages."""

from __future__ import annotations

from django.utils.translation import get_language

from assistant.errors import Text

WORDS = {
    "answer": Text("Answer", "回答"),
    "ask_again": Text("Look again", "重新查找"),
    "ask_first": Text("Look now", "开始查找"),
    "before": Text("Today", "当前"),
    "after": Text("With the draft", "采用草稿后"),
    "change": Text("Change", "变化"),
    "cites_nothing": Text("cites nothing", "未引用来源"),
    "numbers": Text("Contradiction: numbers", "矛盾：数字不同"),
    "dates": Text("Contradiction: dates", "矛盾：日期不同"),
    "negation": Text("Contradiction: one denies", "矛盾：一处肯定，一处否定"),
    "antonyms": Text("Contradiction: opposites", "矛盾：用词相反"),
    "tenant": Text("Tenant", "租户"),
    "discard": Text("Discard the draft", "放弃草稿"),
    "draft": Text("Draft", "草稿"),
    "keep": Text("Keep as draft and preview", "保存草稿并预览"),
    "no_draft": Text("There is no draft.", "没有草稿。"),
    "preview": Text("Preview", "预览"),
    "publish": Text("Publish the draft", "发布草稿"),
    "last_questions": Text("last questions looked at", "个最近的问题"),
    "previewed_at": Text("Previewed", "预览时间"),
    "conversation": Text("Conversation", "对话"),
    "count": Text("Times", "次数"),
    "curated": Text("curated answer", "整理好的答案"),
    "deleted": Text("the document was deleted since", "该文档已被删除"),
    "document": Text("Document", "文档"),
    "download": Text("Download this revision", "下载该修订"),
    "draft_document": Text("Begin a draft document", "起草文档"),
    "duplicate": Text("Duplicate", "重复"),
    "gained": Text("found only with the draft", "采用草稿后才能找到"),
    "last": Text("Last asked", "最近提问"),
    "line": Text("line", "行"),
    "live": Text("live today", "当前有效"),
    "looked": Text("As of", "截至"),
    "lost": Text("no longer found", "将不再找到"),
    "moved": Text("another passage first", "首个来源改变"),
    "never": Text("Nobody has looked yet.", "尚未查找。"),
    "no_change": Text("The draft changes none of the last questions.", "草稿不影响最近的任何问题。"),
    "no_sources": Text(
        "This answer leans on no document: small talk, a hand-over, a refusal, or what a model said freely.",
        "该回答没有依据任何文档：可能是闲聊、转人工、拒答，或模型的自由发挥。",
    ),
    "none_gaps": Text("No question went without evidence in this time.", "这段时间内没有缺少依据的问题。"),
    "none_twins": Text("No passage repeats or contradicts another.", "没有重复或相互矛盾的段落。"),
    "none_unrecognised": Text("Every question was recognised.", "所有问题都已识别。"),
    "not_kept": Text(
        "The passage itself was not kept. The revision is; download it and look at the page named.",
        "未保存该段落的文字，但保留了修订版本，可下载后查看所列页码。",
    ),
    "nearest": Text("Nearest intent", "最接近的意图"),
    "label_with": Text("Add as examples", "添加为例句"),
    "offered": Text("offered, not cited", "检索到但未引用"),
    "open": Text("Open", "打开"),
    "other_ways": Text("Also asked as", "其他问法"),
    "page": Text("page", "页"),
    "passage": Text("Passage as the answer saw it", "回答所依据的段落原文"),
    "question": Text("Question", "问题"),
    "replaced": Text("replaced by a newer revision since", "已被更新的修订取代"),
    "revision": Text("Revision", "修订"),
    "running": Text("Under way", "进行中"),
    "sources": Text("Sources", "来源"),
    "about_gaps": Text(
        "Questions of the last 30 days for which no document gave evidence, those of one meaning together, the most "
        "asked first. Write a curated answer, or begin a document, with one press.",
        "最近 30 天里没有任何文档能作为依据的问题：意思相同的归为一组，问得最多的在前。"
        "可直接补充整理好的答案，或起草文档。",
    ),
    "about_twins": Text(
        "Passages of different documents that say the same twice, or nearly the same and contradict each other in a "
        "number, a date or a denial.",
        "不同文档中内容重复的段落，以及内容几乎相同、但数字、日期或肯定与否定相互矛盾的段落。",
    ),
    "about_unrecognised": Text(
        "Questions of the last 30 days that fit no intent, those of one meaning together. One press makes a group "
        "examples of an intent; the next training learns from them.",
        "最近 30 天里不属于任何意图的问题：意思相同的归为一组。一键即可添加为某个意图的例句，下次训练时生效。",
    ),
    "unknown": Text("the document is not in the database", "数据库中没有该文档"),
    "unpublished": Text("not published today", "当前未发布"),
    "uploaded": Text("uploaded by", "上传者"),
    "write_answer": Text("Write a curated answer", "补充整理好的答案"),
}  # fmt: skip


def words() -> dict[str, str]:
    """Return them in the reader's language."""
    language = get_language() or "en"
    return {name: text.of(language) for name, text in WORDS.items()}
