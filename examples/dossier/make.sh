#!/bin/sh
# Makes this dossier again: fetches the repository, scans it, reruns two of its programs, reports.
# Needs git, fwaudit, torch and gymnasium on the path; REPOSITORY may name a local clone, or
# a folder with the files of the commit.
set -eu
repository=${REPOSITORY:-https://github.com/pytorch/examples}
commit=77f55b912142e11fcfdf5b530231fb9c52f181e8
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -d "$repository" ] && [ ! -e "$repository/.git" ]; then
  cp -R "$repository" "$work/examples" # files of that commit
else
  git clone --quiet "$repository" "$work/examples"
  git -C "$work/examples" checkout --quiet "$commit"
fi
cd "$work/examples"
rm -rf word_language_model/data # 10 MB of text that neither program reads
mkdir -p .fwaudit
fwaudit scan --exit-zero --format json=.fwaudit/scan.json
# One of the two parts; that is what the dossier shows.
fwaudit verify --runs 3 -- python regression/main.py || test $? -eq 1
fwaudit verify --runs 3 --max-steps 20 --vary all -- python reinforcement_learning/reinforce.py || test $? -eq 1
cd "$here"
fwaudit report "$work/examples" --name pytorch/examples --no-source \
  --link-base "https://github.com/pytorch/examples/blob/$commit" \
  --format html=report.html --format markdown=report.md --format json=report.json \
  --format sarif=report.sarif --format neurips=neurips.md --format checklist=checklist.md \
  --format annex-iv=annex-iv.md --format cyclonedx=bom.cdx.json --format spdx=bom.spdx.json \
  --format in-toto=release.intoto.jsonl
