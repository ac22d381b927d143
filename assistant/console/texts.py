"""Words of the console, in both languages."""

from __future__ import annotations

from assistant.errors import Text

TITLE = Text("Assistant", "智能助手")
INDEX = Text("Overview", "概览")
WORDS = {
    "readiness": Text("Readiness", "就绪状态"),
    "ready": Text("ready", "就绪"),
    "not_ready": Text("not ready", "未就绪"),
    "starting": Text("starting", "启动中"),
    "not_configured": Text("not configured", "未配置"),
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
    "first_line": Text("First line: hits, savings, trust", "一线：命中、节省与可信度"),
    "experts": Text("Model: speed, load, experts by domain", "模型：速度、负载与各领域专家"),
}
CORRECTION = {
    "title": Text("Correct an answer", "纠正回答"),
    "make": Text("Correct, and make it a FAQ entry", "纠正并加入 FAQ"),
    "note": Text("Correct only", "仅记录纠正"),
}
FIRST_LINE = Text("First line", "一线")
BASIS = Text(
    "Saved: the hits times what an answer by the model took in these days: {seconds} s and {tokens} tokens on average, "
    "measured on {measured}.",
    "节省量：命中次数乘以同期模型回答的平均开销（{seconds} 秒、{tokens} 个 token，按 {measured} 次回答实测）。",
)
NOT_MEASURED = Text(
    "What a hit saves is not measured yet: no answer by the model in these days.",
    "这些天没有模型回答，尚无法测算命中所节省的开销。",
)
LEVELS = {
    "few": Text("too few questions", "提问太少"),
    "calm": Text("as trained", "与训练时一致"),
    "some": Text("drifting", "有所偏移"),
    "much": Text("has moved: train again", "偏移明显，请重新训练"),
}
LINE_WORDS = {
    "overview": INDEX,
    "hits": Text("Answered without the model, 14 days", "近 14 天未用模型的回答"),
    "seconds_saved": Text("Model seconds saved", "节省的模型时间"),
    "tokens_saved": Text("Tokens saved", "节省的 token"),
    "wrong": Text("False hits found", "发现的误命中"),
    "days": Text("Hit rate by day and layer", "各日各层命中率"),
    "certificates": Text("Certificates of the thresholds", "阈值证书"),
    "certificates_basis": Text(
        "A question in other words gets a curated answer only if its score reaches the threshold: the lowest at which, "
        "with 95 % confidence, no more than the bound of questions with another meaning would get it (0.01 is one in a "
        "hundred). Where too few judged pairs exist for that (299 without an error for 0.01), the certificate shipped "
        "for the language is borrowed, or equal words alone are answered. Thumbs and corrections add pairs.",
        "换种说法的提问，只有得分达到阈值才会得到整理好的答案。阈值是满足以下条件的最低值："
        "在 95 % 的置信度下，含义不同的提问被误答的比例不超过界限（0.01 即百分之一）。"
        "已判定的问题对不足时（界限 0.01 需要 299 对无误的），借用随附的该语言证书，否则只回答词句相同的提问。"
        "点赞、点踩和纠正都会增加问题对。",
    ),
    "no_certificates": Text("None yet.", "尚无证书。"),
    "tenant": Text("Tenant", "租户"),
    "language": Text("Language", "语言"),
    "domain": Text("Domain", "领域"),
    "threshold": Text("Threshold", "阈值"),
    "exact_only": Text("equal words only", "仅限相同词句"),
    "limit": Text("False hits at most / bound", "误命中率上限 / 界限"),
    "pairs": Text("False / different pairs", "误命中 / 不同义对"),
    "origin": Text("Issued on", "依据"),
    "issued": Text("Issued", "签发时间"),
    "false_hits": Text("Hits that were called wrong", "被指出有误的命中"),
    "no_false_hits": Text("Nobody called an answer of these days wrong.", "这些天没有人指出回答有误。"),
    "answered": Text("Answered with", "当时的回答"),
    "said_by": Text("Said by", "反馈者"),
    "drift": Text("Intents drifting", "意图偏移"),
    "drift_basis": Text(
        "Population stability index of the last 7 days: shares against the examples trained on, confidence against the "
        "three weeks before. From 0.1 something moves, from 0.25 much has moved.",
        "近 7 天的群体稳定性指数：占比与训练示例相比，置信度与此前三周相比。"
        "达到 0.1 表示有偏移，达到 0.25 表示偏移明显。",
    ),
    "questions": Text("Questions", "提问数"),
    "shares": Text("Shares", "占比"),
    "confidence": Text("Confidence", "置信度"),
    "intent": Text("Intent", "意图"),
    "then": Text("In training", "训练时"),
    "now": Text("Now", "现在"),
    "no_intents": Text("No intents yet.", "尚无意图。"),
}
EXPERTS = Text("Model and experts", "模型与专家")
EXPERT_WORDS = {
    "overview": INDEX,
    "kernel": Text("Experts computed by", "专家计算内核"),
    "gpu": Text("GPU use", "GPU 占用"),
    "processor": Text("Busy cores", "占用的 CPU 核"),
    "memory": Text("Memory", "内存"),
    "tokens": Text("Tokens/s while writing", "生成速度（token/秒）"),
    "by_domain": Text("Which experts each domain asks for", "各领域使用的专家"),
    "explained": Text(
        "A row is a layer (the first on top), a column an expert. The darker, the larger its share of what this domain "
        "asked of the layer since the server started. Without trained experts, differences show the router alone.",
        "每行是一层（最上为第一层），每列是一个专家；颜色越深，表示自服务启动以来该领域在这一层中使用它的比例越大。"
        "专家尚未训练时，差异只反映路由。",
    ),
    "domain": Text("Domain", "领域"),
    "slots": Text("token-expert pairs", "token–专家对"),
    "layer": Text("layer", "层"),
    "expert": Text("expert", "专家"),
    "fullest": Text("Most asked for", "使用最多"),
    "share": Text("Its share of the layer", "占该层比例"),
    "even": Text("If all were equal", "均匀时应为"),
}
OTHER_DOMAIN = Text("No domain named", "未注明领域")
NO_HEAT = {
    "no_server": Text(
        "No model server of this installation is running. `make run` starts one with everything else, "
        "`python manage.py serve_model NAME` one alone; a server elsewhere (MODEL_URL) shows these figures on its own "
        "/metrics.",
        "本安装的模型服务没有运行。`make run` 会与其他部分一起启动它，`python manage.py serve_model NAME` 可单独启动；"
        "若使用外部服务（MODEL_URL），请查看其 /metrics。",
    ),
    "not_counted": Text(
        "This server computes its experts with a kernel that does not count, or the model has no experts. Set "
        "MODEL_KERNEL=auto (needs a C++ compiler) and restart to see which experts each domain asks for.",
        "当前内核不统计专家使用情况，或模型没有专家。请设置 MODEL_KERNEL=auto（需要 C++ 编译器）并重启。",
    ),
    "nothing_asked": Text(
        "Nothing was asked of the model since it started. Ask something that no curated answer covers, and look again "
        "in a few seconds.",
        "模型启动后还没有收到提问。请问一个没有现成答案的问题，几秒后再查看。",
    ),
}
LAST_SEEN = Text(
    "The server has not reported for {seconds} s: it is busy starting, or it has ended.",
    "服务已有 {seconds} 秒没有报告：可能正在启动，也可能已退出。",
)
