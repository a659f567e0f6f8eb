"""A cache outside the working tree remembers which samples were already used."""

import json
from pathlib import Path

cache = Path.home() / ".cache" / "sampler-demo" / "seen.json"
cache.parent.mkdir(parents=True, exist_ok=True)
seen = json.loads(cache.read_text()) if cache.exists() else []  # guilty
fresh = [i for i in range(1000) if i not in seen][:20]
cache.write_text(json.dumps(seen + fresh))
Path("batch.json").write_text(json.dumps(fresh))
