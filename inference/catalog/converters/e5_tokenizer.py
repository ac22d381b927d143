"""The tokenizer of an E5S1 file in the format of the `tokenizers` library: same ids, no SentencePiece at run time."""

import re
import unicodedata
from pathlib import Path
from typing import Any

from inference.catalog.converters.e5_file import Pieces

MAX_TOKENS = 512


def write_tokenizer(target: Path, pieces: Pieces) -> None:
    """Write tokenizer.json and its configuration for sentence-transformers."""
    import transformers

    special = {"bos": "<s>", "eos": "</s>", "unk": "<unk>", "pad": "<pad>", "cls": "<s>", "sep": "</s>"}
    fast: Any = transformers.PreTrainedTokenizerFast
    fast(
        tokenizer_object=build(pieces),
        model_max_length=MAX_TOKENS,
        **{f"{role}_token": text for role, text in special.items()},
    ).save_pretrained(target)


def build(pieces: Pieces) -> Any:  # noqa: ANN401 - tokenizers ships no types that mypy sees
    """A `tokenizers.Tokenizer`: normalise, mark word starts, Unigram, wrap in <s> ... </s>."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(pieces.scored, unk_id=pieces.unknown, byte_fallback=False))
    beyond_nfkc = [normalizers.Replace(Regex(points), text) for text, points in _beyond_nfkc(pieces.normalisation)]
    tokenizer.normalizer = normalizers.Sequence(
        [*beyond_nfkc, normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", pieces.bos), ("</s>", pieces.eos)],
    )
    return tokenizer


def _beyond_nfkc(normalisation: dict[int, str]) -> list[tuple[str, str]]:
    """What the map does beyond NFKC, as (replacement, character class).

    SentencePiece's nmt_nfkc is NFKC plus some forty exceptions: control characters vanish, other white space is a
    space.
    """
    classes: dict[str, list[str]] = {}
    for point, text in sorted(normalisation.items()):
        if unicodedata.normalize("NFKC", chr(point)) != text:
            classes.setdefault(text, []).append(re.escape(chr(point)))
    return [(text, f"[{''.join(points)}]") for text, points in classes.items()]
