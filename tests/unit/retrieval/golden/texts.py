"""Awkward text files: what is in them and what must come of it. An outcome is an error code or words that are found."""

from __future__ import annotations

from collections.abc import Callable

Case = tuple[str, bytes | Callable[[], bytes], str | tuple[str, ...]]
"""Name, content (or what makes it, where that takes long) and outcome."""
"""Name of the file, its bytes, and the code of its error or the texts that its sections must hold."""

ZH = "客户可以在收到商品之后的三十天之内申请退货。退款会在五个工作日之内到账，运费由商家承担。"
TRADITIONAL = "客戶可以在收到商品之後的三十天之內申請退貨。退款會在五個工作日之內到帳，運費由商家承擔。"
EN = "Customers may return any item within thirty days of delivery and receive a full refund of the price paid."
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 10}">' for n in range(10))
GBK_JAVA = "class 退款 {\n  // 客户可以在三十天之内申请退货并获得退款\n  int days() { return 30; }\n}\n"

TEXTS: list[Case] = [
    ("empty.txt", b"", "empty_file"),
    ("blanks.txt", b" \n\t\n  \r\n", "no_text"),
    ("utf8-bom.txt", b"\xef\xbb\xbf" + ZH.encode(), (ZH,)),
    ("gbk.txt", (ZH * 3).encode("gbk"), (ZH,)),
    ("gb18030.txt", ("𠮷野家的退款规则：" + ZH * 3).encode("gb18030"), ("𠮷野家", ZH)),
    ("big5.txt", (TRADITIONAL * 3).encode("big5"), (TRADITIONAL,)),
    ("utf16-le.txt", ZH.encode("utf-16"), (ZH,)),
    ("utf16-be.txt", b"\xfe\xff" + ZH.encode("utf-16-be"), (ZH,)),
    ("latin1.txt", ("Die Rücksendung ist für Käufer möglich. " * 5).encode("latin-1"), ("Rücksendung", "Käufer")),
    ("binary.txt", bytes(range(256)) * 40, "wrong_encoding"),
    ("picture-named.txt", b"\x89PNG\r\n\x1a\n" + b"\x00" * 4000, "wrong_encoding"),
    ("crlf.txt", f"{EN}\r\n\r\n{ZH}\r\n".encode(), (EN, ZH)),
    ("old-mac.txt", f"{EN}\r\r{ZH}\r".encode(), (EN, ZH)),
    ("one-line.txt", (EN + " ").encode() * 10_000, (EN,)),
    ("control.txt", f"{EN}\x0c{ZH}\x1b[0m".encode(), (EN,)),
    ("mixed-languages.txt", f"退款 refund 规则：{EN} {ZH}".encode(), ("退款 refund", EN)),
    ("full-width.txt", "ＡＢＣ１２３，退款。".encode(), ("ＡＢＣ１２３",)),
    ("nested.md", f"# 一\n\n{ZH}\n\n## 二\n\n{EN}\n".encode(), (ZH, EN)),
    ("fence.md", b"# A\n\n```sh\n# no heading\nrm -r x\n```\n\ntext\n", ("# no heading", "text")),
    ("unclosed-fence.md", b"# A\n\n```\ncode that never ends\n\n# B\n", ("code that never ends",)),
    ("front-matter.md", f"---\ntitle: x\n---\n\n{EN}\n".encode(), (EN,)),
    ("table.md", "| 城市 | 费用 |\n|---|---|\n| 北京 | 5 |\n".encode(), ("城市 | 费用", "北京 | 5")),
    ("html-inside.md", f"<div><b>{EN}</b></div>\n\n{ZH}\n".encode(), (EN, ZH)),
    ("only-image.md", b"![](a.png)\n", "no_text"),
    ("semicolons.csv", "城市;费用\n北京;5\n上海;6\n".encode(), ("城市 | 费用", "上海 | 6")),
    ("line-in-cell.csv", b'name,note\nA,"first\nsecond"\n', ("name | note", "A | first second")),
    ("gbk.csv", "城市,费用,退款期限\n北京,5,三十天\n上海,6,十五天\n广州,7,七天\n".encode("gbk"), ("北京 | 5",)),
    ("ragged.csv", b"a,b,c\n1\n1,2,3,4\n", ("a | b | c", "1 | 2 | 3 | 4")),
    ("header-only.csv", b"name,price\n", ("name | price",)),
    ("one-column.csv", b"name\nA\nB\n", ("name",)),
    ("tabs.tsv", "城市\t费用\n北京\t5\n".encode(), ("北京 | 5",)),
    ("bom.csv", "\ufeff城市,费用\n北京,5\n".encode(), ("城市 | 费用",)),
    ("nul-in-cell.csv", b"a,b\n1,\x002\n", "wrong_encoding"),
    ("article.html", f"<html><title>t</title><nav>Home Shop</nav><article><h1>退款</h1><p>{EN}</p><p>{ZH}</p>"
                     "</article><footer>imprint</footer></html>".encode(), (EN, ZH)),
    ("gb2312.html", f'<html><meta charset="gb2312"><body><p>{ZH}</p></body></html>'.encode("gb18030"), (ZH,)),
    ("wrong-charset.html", f'<html><meta charset="utf-8"><body><p>{ZH * 3}</p></body></html>'.encode("gbk"), (ZH,)),
    ("unknown-charset.html", f'<html><meta charset="klingon"><body><p>{EN}</p></body></html>'.encode(), (EN,)),
    ("only-script.html", b"<html><body><script>alert(1)</script></body></html>", "no_text"),
    ("no-tags.html", EN.encode(), (EN,)),
    ("xhtml.html", f'<?xml version="1.0" encoding="utf-8"?><html><body><p>{ZH}</p></body></html>'.encode(), (ZH,)),
    ("deep.html", b"<div>" * 1000 + EN.encode() + b"</div>" * 1000, (EN,)),
    ("bottomless.html", b"<div>" * 5000 + EN.encode() + b"</div>" * 5000, "no_text"),
    ("entities.html", f"<!DOCTYPE h [{LAUGHS}]><html><body><p>{EN} &l9;</p></body></html>".encode(), (EN,)),
    ("broken.py", b"def refund(:\n    return 30\nclass", ("return 30",)),
    ("minified.js", b"function f(a){return a+1};" * 20_000, ("function f(a)",)),
    ("gbk.java", GBK_JAVA.encode("gbk"), ("三十天之内", "return 30")),
    ("parentheses.py", b"x = " + b"(" * 20_000 + b"1" + b")" * 20_000, ("x = (",)),
    ("generic.ts", b"export const id = <T,>(x: T): T => x;\n", ("id = <T,>",)),
    ("program.exe", b"MZ" + b"\x00" * 100, "unknown_format"),
    ("broken.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "damaged"),
    ("no-suffix", EN.encode(), "unknown_format"),
    ("UPPER.TXT", EN.encode(), (EN,)),
]  # fmt: skip
