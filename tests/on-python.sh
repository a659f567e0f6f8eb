#!/usr/bin/env bash
# Run the framework-free tests on another Python, when it is installed: tests/on-python.sh 3.12
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1
python=""
for candidate in "python$version" "$HOME"/.pyenv/versions/"$version".*/bin/python; do
  # A shim may be there without the interpreter behind it.
  if "$candidate" -c "" >/dev/null 2>&1; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  echo "Python $version is not installed here: its tests are left out"
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --editable '.[test,reports]' --constraint constraints.txt
"$folder/venv/bin/python" -m pytest -q -n 2 -p no:cacheprovider -m "not slow and not frameworks and not browser"
