"""What is masked in outputs, and what must not be."""

from __future__ import annotations

import pytest

from fwaudit.auditor.verify.masking import masked, masked_name, nameless


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
        ("saved to out/2026-01-02_10-11-12", "saved to out/2027-12-31_23-59-59"),
        ("run exp__1__1763000000", "run exp__1__1764000123"),
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


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("outputs/2026-11-28/05-24-31/w.npy", "outputs/2026-11-28/05-24-59/w.npy"),
        ("runs/Nov28_05-24-31_box/w.npy", "runs/Nov28_05-25-07_box/w.npy"),
        ("run-2026.11.28-05h24m31s/w.npy", "run-2026.11.28-05h25m02s/w.npy"),
    ],
)
def test_times_in_names_are_masked(a: str, b: str) -> None:
    assert masked_name(a) == masked_name(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("runs/base_e425cf/w.npy", "runs/base_0b12fa/w.npy"),
        ("runs/base_e425cf/w.npy", "runs/base_482913/w.npy"),
        ("mlruns/0/Kd82hsA0/w.npy", "mlruns/0/p0Zx7Lq1/w.npy"),
    ],
)
def test_words_that_may_be_drawn_pair_the_files_of_two_runs(a: str, b: str) -> None:
    assert nameless(masked_name(a)) == nameless(masked_name(b))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("epoch=3-loss=0.412.ckpt", "epoch=3-loss=0.415.ckpt"),
        ("fold1/w.npy", "fold2/w.npy"),
        ("best_model.pt", "last_model.pt"),
    ],
)
def test_names_that_say_a_result_stay_apart(a: str, b: str) -> None:
    assert nameless(masked_name(a)) != nameless(masked_name(b))


def test_names_of_runs_are_masked() -> None:
    assert masked_name("runs/" + "a" * 32 + "/w.npy") == masked_name("runs/" + "b" * 32 + "/w.npy")
    assert masked_name("out/epoch-1.pt") != masked_name("out/epoch-2.pt")


def test_event_files_keep_what_they_are() -> None:
    name = masked_name("runs/a/events.out.tfevents.1763000000.box.71.0")
    assert "tfevents" in name
    assert name == masked_name("runs/a/events.out.tfevents.1764000123.box.71.0")
