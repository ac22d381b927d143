"""Models by name: where they come from, their checksums, their converters, and the cache folder they end up in.

    from inference.catalog import default_cache, pull
    folder = pull("multilingual-e5-small", cache=default_cache())

On the command line: `python -m inference.catalog {list,pull,path,verify,choose}`.
"""

from inference.catalog.fit import Fit, best_generator
from inference.catalog.pull import artefact, pull, resolve, verify
from inference.catalog.registry import entries, entry, options_for
from inference.catalog.store import default_cache
from inference.catalog.types import Entry, ModelFolder, Options

__all__ = [
    "Entry", "Fit", "ModelFolder", "Options",
    "artefact", "best_generator", "default_cache", "entries", "entry", "options_for", "pull", "resolve", "verify",
]  # fmt: skip
