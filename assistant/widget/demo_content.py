"""What the demo page says, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.errors import Text
from domains.types import Language


@dataclass(frozen=True, slots=True)
class Card:
    """A branch of the company and questions to try; `mark` is one character."""

    mark: str
    name: Text
    about: Text
    en: tuple[str, ...]
    zh: tuple[str, ...]

    def shown(self, language: Language) -> dict[str, object]:
        """Return the card in one language."""
        questions = self.zh if language == "zh" else self.en
        return {
            "mark": self.mark, "name": self.name.of(language), "about": self.about.of(language), "questions": questions,
        }  # fmt: skip


CARDS = (
    Card(
        "商",
        Text("Lanhai Shop", "蓝海商城"),
        Text("Household devices, delivered and taken back.", "智能家居好物，送得快，退得了。"),
        ("How long do I have to return something?", "How many fingerprints can the D3 smart lock store?"),
        ("买的东西多少天内可以退？", "V8扫地机器人最多能存几张楼层地图？"),
    ),
    Card(
        "付",
        Text("Lanhai Pay", "蓝海支付"),
        Text("A wallet, instalments, and the group's figures.", "钱包、分期，以及集团的经营数据。"),
        ("How much does a withdrawal cost?", "What share of revenue came from Lanhai Cloud in 2025?"),
        ("提现多久到账？", "2025年云业务收入占比是多少？"),
    ),
    Card(
        "康",
        Text("Lanhai Health", "蓝海健康"),
        Text("Clinics, check-ups and vaccinations.", "门诊、体检与疫苗接种。"),
        ("May I drink water before a check-up?", "On which days are the rabies vaccine doses given?"),
        ("体检要空腹吗？", "血小板计数的参考范围是多少？"),
    ),
    Card(
        "云",
        Text("Lanhai Cloud", "蓝海云"),
        Text("Data from your devices, by API.", "设备数据上云，接口即用。"),
        ("How often are failed webhooks retried?", "Write a Python function that returns the n-th Fibonacci number."),
        ("接口限流是多少？", "用Python写一个判断回文的函数。"),
    ),
)
WORDS = {
    "title": Text("Lanhai · help centre", "蓝海 · 帮助中心"),
    "lead": Text("How can we help today?", "今天有什么可以帮您？"),
    "about": Text(
        "Ask in the chat, in English or Chinese. Curated answers come at once, documents are cited, "
        "and what neither answers goes to a language model on this very machine.",
        "用中文或英文在聊天中提问。常见问题即时回答，文档内容附出处，其余问题由本机上的语言模型回答。",
    ),
    "open": Text("Start a chat", "开始咨询"),
    "ask": Text("Try asking", "试着问问"),
    "admin": Text("Admin", "管理后台"),
    "docs": Text("API docs", "接口文档"),
    "fiction": Text(
        "Lanhai is a fictional company; its texts belong to the demo knowledge base.",
        "蓝海是虚构的公司，相关文字均属演示知识库。",
    ),
    "missing": Text(
        "The chat is missing because the demo site does not exist yet: run “manage.py create_demo_site”.",
        "演示站点尚未创建，因此没有聊天窗口：请运行 “manage.py create_demo_site”。",
    ),
}
