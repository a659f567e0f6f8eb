"""One model in many places of a file is one finding; suppressions still count by place."""

from pathlib import Path

from fwaudit.auditor.config import Config
from fwaudit.auditor.finding import Confidence, Finding, Severity
from fwaudit.auditor.gather import gathered
from fwaudit.auditor.place import Place
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.auditor.scan_result import ScanResult
from fwaudit.checks import RULES

HEAD = "from transformers import AutoModel, AutoTokenizer\n"
MODEL = 'model = AutoModel.from_pretrained("facebook/opt-125m")'
TOKENIZER = 'tokenizer = AutoTokenizer.from_pretrained("facebook/opt-125m")'


def _scan(folder: Path, text: str) -> ScanResult:
    (folder / "train.py").write_text(text, "utf-8")
    config = Config(select=("PIN008",))
    return scan(ScanOptions((folder,), RULES, config, current=folder, jobs=1))


def _only(result: ScanResult) -> Finding:
    assert len(result.findings) == 1
    return result.findings[0]


def test_the_other_places_are_evidence(tmp_path: Path) -> None:
    found = _only(_scan(tmp_path, f"{HEAD}{MODEL}\n{TOKENIZER}\nother = {MODEL[8:]}\n"))
    assert found.place.line == 2
    assert [item.place.line for item in found.evidence] == [3, 4]
    assert found.message.endswith("(and 2 more places)")


def test_two_models_are_two_findings(tmp_path: Path) -> None:
    text = HEAD + MODEL + "\n" + MODEL.replace("125m", "350m") + "\n"
    assert [item.place.line for item in _scan(tmp_path, text).findings] == [2, 3]


def test_a_comment_silences_its_own_place_only(tmp_path: Path) -> None:
    reason = "  # fwaudit: ignore[unpinned-model] replaced below"
    result = _scan(tmp_path, f"{HEAD}{MODEL}{reason}\n{TOKENIZER}\n")
    found = _only(result)
    assert found.place.line == 3
    assert "more place" not in found.message
    assert len(result.suppressed) == 1


def test_it_stays_the_same_finding_when_the_first_place_goes(tmp_path: Path) -> None:
    both = _only(_scan(tmp_path, f"{HEAD}{MODEL}\n{TOKENIZER}\n"))
    one = _only(_scan(tmp_path, f"{HEAD}\n{TOKENIZER}\n"))
    assert both.fingerprint == one.fingerprint


def test_what_the_file_publishes_itself_is_its_own(tmp_path: Path) -> None:
    own = (
        f'{HEAD}model = AutoModel.from_config({{}})\nmodel.push_to_hub("me/shapes-lora")\n'
        'again = AutoModel.from_pretrained("me/shapes-lora")\n'
    )
    assert not _scan(tmp_path, own).findings
    trained = (
        f'{HEAD}from transformers import Trainer, TrainingArguments\nNAME = "shapes-lora"\n'
        "trainer = Trainer(args=TrainingArguments(output_dir=NAME))\ntrainer.push_to_hub()\n"
        'again = AutoModel.from_pretrained(f"me/{NAME}")\n'
    )
    assert not _scan(tmp_path, trained).findings
    fetched = (
        f"{HEAD}from huggingface_hub import snapshot_download\n"
        'path = snapshot_download(repo_id="me/shapes-lora")\n'
    )
    assert _only(_scan(tmp_path, fetched)).place.line == 3


def test_the_surest_place_leads() -> None:
    doubted, sure = (
        Finding(
            code="DET001",
            name="nondeterministic-op",
            place=Place("net.py", line),
            message="adds in any order",
            severity=Severity.WARNING,
            confidence=confidence,
            subject="torch.interpolate",
        )
        for line, confidence in ((3, Confidence.MEDIUM), (9, Confidence.HIGH))
    )
    (found,) = gathered([doubted, sure])
    assert found.place.line == 9
    assert [item.place.line for item in found.evidence] == [3]
