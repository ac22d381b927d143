#!/usr/bin/env bash
# Remake the lock files from pyproject.toml. Run after changing a dependency; needs `uv` on the PATH.
set -euo pipefail
cd "$(dirname "$0")/../.."
links=()
for place in $(python3 -m pip config get global.find-links 2>/dev/null || true); do links+=(--find-links "$place"); done
compile() { uv pip compile pyproject.toml --override infra/locks/absent.txt --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet "${links[@]}" "$@"; }
compile --extra cpu --extra test --output-file infra/locks/cpu-test.txt
compile --extra cpu --constraints infra/locks/cpu-test.txt --output-file infra/locks/cpu.txt
