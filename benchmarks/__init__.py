"""One file a claim. Each prints figures, machine and versions, and with `--json` one object on the last line."""
