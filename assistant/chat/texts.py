"""What the assistant itself says, in both languages. Answers come from curated entries, documents and the model."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.errors import Text

EMPTY = Text(
    en="The question is empty. Write it in the field “question”, in Chinese or English.",
    zh="问题是空的。请在 “question” 字段中用中文或英文写下您的问题。",
)
NOT_TEXT = Text(
    en="The question holds control or binary characters. Send plain text in UTF-8.",
    zh="问题中含有控制字符或二进制内容。请发送 UTF-8 纯文本。",
)
GARBLED = Text(
    en="The question was garbled on its way: it was read in the wrong encoding. Send it in UTF-8.",
    zh="问题在传输中成了乱码（编码有误）。请以 UTF-8 编码重新发送。",
)
BAD_CITATION = Text(
    en="I could not support the answer with the documents found, so I withdraw it. Shall I pass you to a colleague?",
    zh="生成的回答无法从已找到的资料中得到支持，因此已撤回。需要为您转接人工吗？",
)
PASSED_ON = Text(
    en="I am passing you to a colleague, with everything said so far. Meanwhile you can keep asking me.",
    zh="正在为您转接人工，之前的对话会一并转交。等待期间您可以继续向我提问。",
)
ALREADY_PASSED_ON = Text(
    en="A colleague has been asked already and will answer here. Meanwhile you can keep asking me.",
    zh="已经为您转接人工，同事会在这里回复您。等待期间您可以继续向我提问。",
)
WITH_HUMAN = Text(
    en="A colleague is answering you here, so I stay silent.",
    zh="同事正在这里为您解答，我先不打扰。",
)
STARTING = Text(
    en="The assistant is starting and will answer in a few seconds. Please ask again then.",
    zh="助手正在启动，几秒后即可回答。请稍后再问。",
)
MODEL_WARMING = Text(
    en="The model is still starting. Curated answers and search work already; ask this again in a moment.",
    zh="模型正在启动。常见问题和文档检索已经可用；请稍后再问这个问题。",
)
MODEL_DOWN = Text(
    en="The model cannot be reached right now. Curated answers and search still work; try this question again shortly.",
    zh="模型暂时无法访问。常见问题和文档检索仍可使用；请稍后重试这个问题。",
)
NO_MODEL = Text(
    en="No model is configured here, and no curated answer or document holds this. Shall I pass you to a colleague?",
    zh="此处没有配置模型，常见问题和文档中也没有找到答案。需要为您转接人工吗？",
)
ONLY_DOCUMENTS = Text(
    en="No model is configured here. This is what the documents say:",
    zh="此处没有配置模型。以下是资料中的相关原文：",
)
FROM_DOCUMENTS = Text(
    en="The model is away at the moment. This is what the documents say:",
    zh="模型暂时不在线。以下是资料中的相关原文：",
)
WHILE_WARMING = Text(
    en="The model is still starting. This is what the documents say:",
    zh="模型正在启动。以下是资料中的相关原文：",
)
UNTIED = Text(
    en="I cannot put this into words that the documents bear out. This is what they say themselves:",
    zh="我无法给出完全有资料支持的概括。以下是资料中的相关原文：",
)
MODEL_SLOW = Text(
    en="The model took too long to answer. Try again, or ask a shorter question.",
    zh="模型响应超时。请重试，或把问题写得更简短一些。",
)
MODEL_BROKE_OFF = Text(
    en="The model broke off in the middle of the answer. What you see is incomplete; please ask again.",
    zh="模型在回答途中中断，已显示的内容不完整。请重新提问。",
)
MODEL_REFUSED = Text(
    en="The model's server cannot take this question as it is. A shorter question or a smaller max_tokens may help.",
    zh="模型服务无法处理这个请求。请缩短问题，或调小 max_tokens。",
)
STOPPED = Text(
    en="The answer was stopped because nobody was listening any more. Please ask again.",
    zh="由于连接已断开，回答已停止生成。请重新提问。",
)
BUSY = Text(
    en="Too many answers are being generated at this moment. Try again in a few seconds.",
    zh="当前正在生成的回答过多。请几秒后重试。",
)
NOT_RECORDED = Text(
    en="The answer could not be written down because the stores are away, so it was not sent. Try again shortly.",
    zh="存储服务暂时不可用，回答无法保存，因此没有发送。请稍后重试。",
)
NO_CONVERSATION = Text(
    en="There is no such conversation. Leave out “conversation_id” to start one.",
    zh="没有这个会话。省略 “conversation_id” 即可开始新的会话。",
)
NO_MEMORY = Text(
    en="Earlier turns of this conversation cannot be read because the stores are away. Try again shortly.",
    zh="存储服务暂时不可用，无法读取之前的对话。请稍后重试。",
)
NO_ANSWER = Text(
    en="There is no such answer, or it ended too long ago to be resumed. Ask the question again.",
    zh="没有这个回答，或它结束已久，无法续传。请重新提问。",
)
NO_RESUME = Text(
    en="The stream cannot be resumed while the store that processes share is away. Ask the question again.",
    zh="进程间共享的存储暂时不可用，无法续传。请重新提问。",
)


def meant(questions: Sequence[str]) -> Text:
    """Offer curated questions below an answer; empty when there are none."""
    lines = "".join(f"\n- {question}" for question in questions)
    return Text(en=f"\n\nDid you mean:{lines}", zh=f"\n\n您想问：{lines}") if lines else Text(en="", zh="")


def too_long(limit: int, length: int) -> Text:
    """Say how long a question may be."""
    return Text(
        en=f"The question has {length:,} characters, the limit is {limit:,}. Shorten it, or upload it as a document.",
        zh=f"问题有 {length} 个字符，上限为 {limit} 个。请缩短问题，或作为文档上传。",
    )


def unsupported(language: str) -> Text:
    """Name the language that was noticed."""
    return Text(
        en=f"This question seems to be in another language ({language}). Ask in Chinese or English, please.",
        zh=f"这个问题似乎使用了其他语言（{language}）。请用中文或英文提问。",
    )


def unknown_domain(name: str, known: str) -> Text:
    """List the domains there are."""
    return Text(
        en=f"There is no domain “{name}”. Choose among {known}, or leave it out.",
        zh=f"没有名为“{name}”的领域。可选：{known}；也可以省略。",
    )


def closest(titles: Sequence[str]) -> Text:
    """Say where a reader without an answer may look; the sources have the same numbers."""
    english, chinese = _listed(titles)
    return Text(
        en=f"The closest I have: {english}. It may not hold the answer.",
        zh=f"最接近的资料是{chinese}，其中不一定有答案，供您参考。",
    )


def unsure(titles: Sequence[str], quoted: str) -> Text:
    """Quote what comes nearest instead of an answer, and say so."""
    english, chinese = _listed(titles)
    return Text(
        en=f"I am not sure that the documents answer this, so I will not put it in my own words. "
        f"The closest I have is in {english}:\n\n{quoted} [1]\n\n"
        "If that does not help, shall I pass you to a colleague?",
        zh=f"我不能确定资料里是否有这个问题的答案，因此不作概括。最接近的内容在{chinese}：\n\n{quoted} [1]\n\n"
        "如果没有帮助，需要为您转接人工吗？",
    )


def _listed(titles: Sequence[str]) -> tuple[str, str]:
    english = " and ".join(f"“{title}” [{n}]" for n, title in enumerate(titles, 1))
    return english, "和".join(f"《{title}》[{n}]" for n, title in enumerate(titles, 1))


def also_asked(questions: Sequence[str]) -> Text:
    """Name what else a message asked and was not answered."""
    english, chinese = "; ".join(f"“{one}”" for one in questions), "、".join(f"“{one}”" for one in questions)
    return Text(
        en=f"You also asked: {english} Please send that as a question of its own.",
        zh=f"您还问到：{chinese}。请单独再问一次，以便逐一回答。",
    )
