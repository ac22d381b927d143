"""Why a document could not be read, in the reader's language."""

from __future__ import annotations

from retrieval.errors import UnreadableDocument

_TEXTS: dict[str, tuple[str, str]] = {
    "empty_file": ("The file is empty. Choose the file again.", "文件为空，请重新选择文件。"),
    "unknown_format": (
        "Files of this kind cannot be read. Use pdf, docx, xlsx, pptx, epub, html, md, csv, txt, code or a picture.",
        "不支持这种文件格式，请使用 pdf、docx、xlsx、pptx、epub、html、md、csv、txt、源代码或图片文件。",
    ),
    "wrong_encoding": (
        "The file is not text in a known encoding. Save it as UTF-8 and upload it again.",
        "无法识别文件的文字编码，请另存为 UTF-8 后重新上传。",
    ),
    "encrypted": (
        "The file is protected by a password. Remove the password and upload it again.",
        "文件受密码保护，请去除密码后重新上传。",
    ),
    "damaged": (
        "The file is damaged or not what its name says. Open it in its own program, save it and upload it again.",
        "文件已损坏，或内容与扩展名不符，请用原程序打开并另存后重新上传。",
    ),
    "too_large": (
        "The file is too large ({found}, limit {limit}). Split it into parts.",
        "文件过大（{found}，上限 {limit}），请拆分后上传。",
    ),
    "timeout": (
        "Reading the file took longer than {limit} and was stopped. Split it into parts.",
        "读取该文件超过 {limit}，已停止，请拆分后上传。",
    ),
    "crashed_parser": (
        "The file made its reader stop. Open it in its own program, save it and upload it again.",
        "读取该文件时解析程序异常退出，请用原程序打开并另存后重新上传。",
    ),
    "no_text": (
        "No text was found in the file. If it is a scan, scan it again at 200 dpi or more.",
        "文件中没有可读取的文字；如果是扫描件，请以更高清晰度（200 dpi 以上）重新扫描。",
    ),
    "too_many_scans": (
        "The file has more than {limit} scanned pages. Split it into parts.",
        "文件的扫描页超过 {limit} 页，请拆分后上传。",
    ),
    "scan_too_slow": (
        "Text recognition took longer than {limit} and stopped at page {pages} of the scanned ones. Split the file.",
        "文字识别超过 {limit}，在第 {pages} 个扫描页停止，请拆分后上传。",
    ),
    "no_recogniser": (
        "The file holds pictures of text, which cannot be read on this server. Tell its operator: {reason}.",
        "文件是扫描件或图片，但服务器上的文字识别不可用，请告知管理员：{reason}。",
    ),
}


def explain(error: UnreadableDocument, language: str) -> str:
    """Say what is wrong with the file and what to do, in "zh" or, for any other language, English."""
    english, chinese = _TEXTS.get(error.code, _TEXTS["damaged"])
    return (chinese if language == "zh" else english).format_map(
        {"found": "?", "limit": "?", "pages": "?", "reason": "?", **error.detail}
    )
