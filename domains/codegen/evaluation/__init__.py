"""What the test generator is measured on.

`modules.jsonl` was committed before the engine was written and does not change: modules of published packages, each
with the hash of its wheel and of the file. How they were chosen, without running anything but their import: every
module of some forty small wheels with 20 to 160 statements, at least one public function, no import of network, process
or thread modules and nothing from outside the standard library and its own wheel; typed when 90 % of public parameters
and results are annotated, untyped when none is; then in the order of the files' hashes, at most 8 of a package (18 of
python-stdnum, the one with the rules of everyday business) and 6 among the untyped.
"""
