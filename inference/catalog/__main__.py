"""`python -m inference.catalog {list,pull,path,verify,choose}`: the catalogue on the command line.

Results go to standard output (with `--json` one line), progress and errors to standard error. Exit status: 0 done, 1 a
`CatalogError` (English and Chinese text, with `--json` also `{"error": code}`), 2 wrong arguments, 130 interrupted.
"""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

from inference.catalog.errors import CatalogError
from inference.catalog.fit import GIB, best_generator
from inference.catalog.progress import reporter_for
from inference.catalog.pull import pull, resolve, verify
from inference.catalog.registry import entries, entry, options_for
from inference.catalog.store import default_cache, folder_of
from inference.catalog.types import Entry, ModelFolder, Options


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    asked = _parser().parse_args(arguments)
    cache: Path = asked.cache or default_cache(dict(os.environ))
    try:
        text, data = _COMMANDS[asked.command](asked, cache)
    except CatalogError as error:
        sys.stderr.write(f"{error}\n{error.chinese}\n")
        if asked.json:
            sys.stdout.write(json.dumps({"error": error.code, "message": str(error)}, ensure_ascii=False) + "\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; finished parts are kept / 已中断，已完成的部分会保留\n")
        return 130
    sys.stdout.write((json.dumps(data, ensure_ascii=False) if asked.json else text) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m inference.catalog", description="Models by name: get them, find them, check them."
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--cache", type=Path, help="cache folder (default: the user's, ~/.cache/moe-assistant/models)")
    common.add_argument("--json", action="store_true", help="one line of JSON on standard output")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", parents=[common], help="what the catalogue has, and what is in the cache")
    for name, text in (
        ("pull", "get a model and convert it"),
        ("path", "print a model's folder"),
        ("verify", "hash a model's files"),
    ):
        command = commands.add_parser(name, parents=[common], help=text)
        command.add_argument("name")
        command.add_argument("--experts", type=int, help="copies of each FFN; 0 is the dense original")
        command.add_argument("--top-k", type=int, help="experts a token uses")
        if name == "pull":
            command.add_argument(
                "--keep-download", action="store_true", help="keep the downloaded file beside the converted model"
            )
    choose = commands.add_parser("choose", parents=[common], help="the best generator for this machine")
    choose.add_argument(
        "--memory-limit", type=float, default=10.0, help="GiB that the whole installation may take (default 10)"
    )
    return parser


def _list(_: argparse.Namespace, cache: Path) -> tuple[str, object]:
    rows = [{**_described(model), "pulled": _pulled(cache, model)} for model in entries()]
    lines = [
        f"{model.name}\n    {model.title}; {model.licence}; {', '.join(model.languages)}; "
        f"{model.artefact.size / 1e6:.0f} MB to download, {model.footprint.of(model.defaults) / 1e9:.1f} GB converted\n"
        f"    in the cache: {', '.join(_pulled(cache, model)) or 'no'}"
        for model in entries()
    ]
    return "\n".join(lines), rows


def _pulled(cache: Path, model: Entry) -> list[str]:
    return sorted(path.name for path in (cache / model.name).glob("*") if path.is_dir())


def _described(model: Entry) -> dict[str, object]:
    return {
        "name": model.name,
        "kind": model.kind,
        "title": model.title,
        "licence": model.licence,
        "languages": list(model.languages),
        "upstream": model.upstream,
        "download_bytes": model.artefact.size,
        "converted_bytes": model.footprint.of(model.defaults),
        "sha256": model.artefact.sha256,
        "options": _options_json(model.defaults),
    }


def _options_json(options: Options | None) -> dict[str, int] | None:
    return {"experts": options.experts, "top_k": options.top_k} if options else None


def _chosen(asked: argparse.Namespace) -> Options | None:
    return options_for(entry(asked.name), asked.experts, asked.top_k)


def _pull(asked: argparse.Namespace, cache: Path) -> tuple[str, object]:
    return _found(
        pull(asked.name, _chosen(asked), cache=cache, reporter=reporter_for(), keep_download=asked.keep_download)
    )


def _path(asked: argparse.Namespace, cache: Path) -> tuple[str, object]:
    return _found(resolve(asked.name, _chosen(asked), cache=cache))


def _verify(asked: argparse.Namespace, cache: Path) -> tuple[str, object]:
    return _found(verify(asked.name, _chosen(asked), cache=cache, reporter=reporter_for()))


def _found(folder: ModelFolder) -> tuple[str, object]:
    data = {
        "name": folder.name,
        "kind": folder.kind,
        "path": str(folder.path),
        "sha256": folder.sha256,
        "options": _options_json(folder.options),
    }
    return str(folder.path), data


def _choose(asked: argparse.Namespace, cache: Path) -> tuple[str, object]:
    import psutil

    existing = next(folder for folder in (cache, *cache.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    # What is in the cache already costs no more disk.
    free += sum(
        model.footprint.of(model.defaults) + model.artefact.size
        for model in entries()
        if model.kind == "generator" and folder_of(cache, model, model.defaults).is_dir()
    )
    fit = best_generator(psutil.virtual_memory().available, free, int(asked.memory_limit * GIB))
    data = {
        "name": fit.model.name,
        "options": _options_json(fit.options),
        "serving_bytes": fit.serving_bytes,
        "disk_bytes": fit.disk_bytes,
        "fits": fit.fits,
    }
    return fit.model.name, data


_COMMANDS = {"list": _list, "pull": _pull, "path": _path, "verify": _verify, "choose": _choose}

if __name__ == "__main__":
    raise SystemExit(main())
