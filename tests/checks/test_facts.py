"""The fact tables: every row has a source and a word on how it was verified; the page is fresh."""

from pathlib import Path

import pytest

from fwaudit.checks import RULES
from fwaudit.checks.data import facts_page, facts_table
from fwaudit.checks.data.tables import base_model, dataset_names, licence_of, table

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    pytest.param(row, id=f"{name}-{key}-{number}")
    for name, keys in {
        "licences": ("licences", "models"),
        "datasets": ("datasets",),
        "capabilities": ("capabilities",),
        "standards": ("dates",),
    }.items()
    for key in keys
    for number, row in enumerate(table(name)[key])
]


@pytest.mark.parametrize("row", ROWS)
def test_row_names_its_source(row) -> None:
    assert row["source"].startswith("https://")
    assert len(row["verified"]) > 10
    assert row["verified"] != "not found"


@pytest.mark.parametrize("name", ["licences", "datasets", "capabilities", "standards", "left_out"])
def test_table_has_a_date(name: str) -> None:
    assert table(name)["as_of"].startswith("2026-")


def test_page_is_fresh() -> None:
    page = (ROOT / "docs" / "facts.md").read_text("utf-8")
    assert page == facts_page(), "write it anew: see the head of the page"


def test_the_table_for_the_terminal_names_what_was_left_out() -> None:
    assert "CohereForAI/*" in facts_table()
    assert "not found: " in facts_table()


@pytest.mark.parametrize(
    ("model", "licence"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "llama3.1"),
        ("lmsys/vicuna-7b-v1.5", "llama2"),
        ("lmsys/vicuna-7b-v1.3", "llama1-research"),
        ("CompVis/stable-diffusion-v1-4", "creativeml-openrail-m"),
        ("deepseek-ai/DeepSeek-R1", "mit"),
    ],
)
def test_base_models(model: str, licence: str) -> None:
    found = base_model(model)
    assert found is not None
    assert found.licence is licence_of(licence)


@pytest.mark.parametrize(
    "model",
    [
        "CohereForAI/aya-101",
        "CompVis/stable-diffusion-safety-checker",
        "deepseek-ai/DeepSeek-R1-Distill-Llama-8B",
        "microsoft/phi-2",
        "somebody/Qwen2.5-3B",
    ],
)
def test_models_that_are_not_determined(model: str) -> None:
    assert base_model(model) is None


def test_every_capability_has_a_rule() -> None:
    codes = {rule.code for rule in RULES}
    assert {row["code"] for row in table("capabilities")["capabilities"]} <= codes


def test_no_name_of_a_data_set_means_two() -> None:
    listed = [name for row in table("datasets")["datasets"] for name in row["match"]]
    assert len(dataset_names()) == len({name.lower() for name in listed})
