"""Loaders, one file a format: path in, ParsedDocument out. To add one: write it, name it in `LOADERS`, test it."""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePath

from retrieval.config import LoaderLimits
from retrieval.errors import UnknownFormat
from retrieval.protocols import Loader

LOADERS: dict[str, str] = {
    ".pdf": "retrieval.loaders.pdf:PdfLoader",
    ".docx": "retrieval.loaders.docx:DocxLoader",
    ".html": "retrieval.loaders.html:HtmlLoader",
    ".htm": "retrieval.loaders.html:HtmlLoader",
    ".md": "retrieval.loaders.markdown:MarkdownLoader",
    ".markdown": "retrieval.loaders.markdown:MarkdownLoader",
    ".csv": "retrieval.loaders.csv:CsvLoader",
    ".tsv": "retrieval.loaders.csv:CsvLoader",
    ".xlsx": "retrieval.loaders.xlsx:XlsxLoader",
    ".pptx": "retrieval.loaders.pptx:PptxLoader",
    ".epub": "retrieval.loaders.epub:EpubLoader",
    ".txt": "retrieval.loaders.text:TextLoader",
    **dict.fromkeys(
        (".py", ".pyi", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".java", ".go"),
        "retrieval.loaders.code:CodeLoader",
    ),
    **dict.fromkeys(
        (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"),
        "retrieval.loaders.image:ImageLoader",
    ),
}
"""Suffix to `module:class`; a loader's libraries are imported when it is first asked for."""


def for_file(filename: str, limits: LoaderLimits | None = None) -> Loader:
    """Choose the loader by the file's name. Raises UnknownFormat."""
    suffix = PurePath(filename).suffix.lower()
    if suffix not in LOADERS:
        raise UnknownFormat(
            "unknown_format",
            f"{filename}: no loader for {suffix or 'a file without a suffix'}; known: {', '.join(sorted(LOADERS))}",
            filename=filename,
            suffix=suffix,
        )
    module, _, name = LOADERS[suffix].partition(":")
    loader: Loader = getattr(import_module(module), name)(limits or LoaderLimits())
    return loader
