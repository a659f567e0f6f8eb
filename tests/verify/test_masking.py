"""What is masked in outputs, and what must not be."""

from __future__ import annotations

import pytest

from fwaudit.auditor.verify.masking import masked, masked_name


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("started 2026-01-02 10:11:12", "started 2027-12-31 23:59:59"),
        ("at 10:11:12.345 go", "at 01:02:03.999 go"),
        ("run 6f9619ff-8b86-d011-b42d-00c04fc964ff", "run 16fd2706-8baf-433b-82eb-8c7fada847da"),
        ("<object at 0x7f00deadbeef>", "<object at 0x7fffffff1234>"),
        ("took 1.25 s", "took 33.1 s"),
        ("epoch 3, 12.5 it/s, loss 0.5", "epoch 3, 99.1 it/s, loss 0.5"),
        ("pid 1234 ready", "pid 99 ready"),
        ("wrote /tmp/tmpab12/x.npy", "wrote /tmp/tmpzz99/x.npy"),
        ('{"train_runtime": 1.5, "loss": 2.0}', '{"train_runtime": 9.25, "loss": 2.0}'),
        (" 10%|#    |\r 90%|####|\rdone", " 33%|##   |\rdone"),
        ("Mon Jan  5 10:00:00 2026", "Tue Feb 10 11:30:59 2026"),
    ],
)
def test_masked_alike(a: str, b: str) -> None:
    assert masked(a) == masked(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("loss 0.123", "loss 0.124"),
        ("step 10 loss 1.0", "step 11 loss 1.0"),
        ("accuracy 91.5 %", "accuracy 91.6 %"),
        ("epoch 3 of 10", "epoch 4 of 10"),
        ("[0.5, 1.5]", "[0.5, 1.6]"),
        ("score: 12", "score: 13"),
        ('{"best": 7}', '{"best": 8}'),
        ("done in order a b", "done in order b a"),
    ],
)
def test_results_are_not_masked(a: str, b: str) -> None:
    assert masked(a) != masked(b)


def test_names_of_runs_are_masked() -> None:
    assert masked_name("runs/" + "a" * 32 + "/w.npy") == masked_name("runs/" + "b" * 32 + "/w.npy")
    assert masked_name("out/epoch-1.pt") != masked_name("out/epoch-2.pt")
