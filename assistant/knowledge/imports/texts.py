"""Why a file of an import was not taken, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.errors import Text
from assistant.knowledge.imports.types import NotTaken, What

_SKIPPED: Mapping[str, Text] = {
    "link": Text(en="A link; links are not followed.", zh="这是链接，不会跟随。"),
    "not_a_document": Text(
        en="Files of this kind are not read ({suffix}).",
        zh="不读取这种文件（{suffix}）。",
    ),
    "submodule": Text(
        en="A submodule; import its own checkout.",
        zh="这是 Git 子模块，请单独导入它的检出目录。",
    ),
}
_REFUSED: Mapping[str, Text] = {
    "unsafe_path": Text(
        en="The name leads out of the archive. Pack the archive again.",
        zh="文件名指向压缩包之外，请重新打包。",
    ),
    "same_name_twice": Text(
        en="The archive has this name twice; the first one counts.",
        zh="压缩包内有同名文件，以第一个为准。",
    ),
    "encrypted": Text(
        en="It is protected by a password. Pack it without one.",
        zh="文件有密码保护，请不加密码重新打包。",
    ),
    "damaged": Text(en="The archive is damaged at this file. Pack it again.", zh="压缩包在该文件处损坏，请重新打包。"),
    "too_large": Text(
        en="It is too large (limit {limit}). Split it into parts.",
        zh="文件过大（上限 {limit}），请拆分。",
    ),
    "too_much": Text(
        en="Not read: the files before it already come to more than {limit}. Import it in parts.",
        zh="未读取：之前的文件合计已超过 {limit}，请分批导入。",
    ),
    "bomb": Text(
        en="It unpacks to more than {limit} times its size, as attacks on readers do.",
        zh="解压后超过原大小的 {limit} 倍，疑似攻击文件。",
    ),
    "unreadable": Text(en="It could not be read: {reason}.", zh="无法读取：{reason}。"),
    "lfs_pointer": Text(
        en="Only its Git LFS pointer is here. Run `git lfs pull` and `git lfs checkout`, then import the folder.",
        zh="这里只有 Git LFS 指针。请先运行 `git lfs pull` 与 `git lfs checkout`，再按文件夹导入。",
    ),
    "missing": Text(en="The manifest names it, but it is not there.", zh="清单中列出了该文件，但文件不存在。"),
    "bad_manifest": Text(
        en="What the manifest says about it cannot be used ({reason}). Nothing was changed.",
        zh="清单中关于该文件的内容无法使用（{reason}），未做任何更改。",
    ),
    "bad_address": Text(
        en="Not an address that can be read; it begins with http:// or https:// and has a host ({reason}).",
        zh="地址无法读取：应以 http:// 或 https:// 开头并含主机名（{reason}）。",
    ),
    "private_address": Text(
        en="{host} is an address inside a private network. Set IMPORT_PRIVATE_ADDRESSES=true if that is meant.",
        zh="{host} 是内网地址。如确有需要，请设置 IMPORT_PRIVATE_ADDRESSES=true。",
    ),
    "too_many_redirects": Text(en="It redirects more than {limit} times.", zh="重定向超过 {limit} 次。"),
    "http_status": Text(en="The server answered {status}.", zh="服务器返回 {status}。"),
    "unreachable": Text(
        en="The server could not be reached ({reason}). Import again later.",
        zh="无法连接服务器（{reason}），请稍后再导入。",
    ),
    "timeout": Text(en="The server took longer than {limit} s.", zh="服务器响应超过 {limit} 秒。"),
}


def skipped(code: str, **facts: str | int) -> NotTaken:
    """Nothing to read."""
    return NotTaken(What.SKIPPED, code, _filled(_SKIPPED[code], facts))


def refused(code: str, **facts: str | int) -> NotTaken:
    """Something that should have been readable."""
    return NotTaken(What.REFUSED, code, _filled(_REFUSED[code], facts))


def _filled(text: Text, facts: Mapping[str, str | int]) -> Text:
    return Text(en=text.en.format_map(facts), zh=text.zh.format_map(facts))
