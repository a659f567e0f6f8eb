#!/bin/sh
# Makes this dossier again: fetches the repository, scans it, reruns two of its programs, reports.
# Needs git, fwaudit and torch on the path; REPOSITORY may name a local clone.
set -eu
repository=${REPOSITORY:-https://github.com/pytorch/examples}
commit=77f55b912142e11fcfdf5b530231fb9c52f181e8
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone --quiet "$repository" "$work/examples"
cd "$work/examples"
git checkout --quiet "$commit"
mkdir -p .fwaudit
fwaudit scan --exit-zero --format json=.fwaudit/scan.json
# 1: the runs differ; that is what the dossier shows.
fwaudit verify --runs 3 -- python regression/main.py || test $? -eq 1
(cd "$work/examples" && fwaudit verify --runs 3 --max-steps 20 -- \
  python word_language_model/main.py --data word_language_model/data/wikitext-2 \
  --model GRU --emsize 16 --nhid 16 --epochs 1) || test $? -eq 1 || test $? -eq 3
cd "$here"
fwaudit report "$work/examples" --name pytorch/examples --no-source \
  --link-base "https://github.com/pytorch/examples/blob/$commit" \
  --format html=report.html --format markdown=report.md --format json=report.json \
  --format sarif=report.sarif --format neurips=neurips.md --format checklist=checklist.md \
  --format annex-iv=annex-iv.md --format cyclonedx=bom.cdx.json --format spdx=bom.spdx.json \
  --format in-toto=release.intoto.jsonl
