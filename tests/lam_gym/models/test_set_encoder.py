"""The set encoder: others in any order, absent rows say nothing, any number of rows."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lam_gym.models.large_action import ActionNetwork, Standardizer, Statistics, encoder_name
from lam_gym.models.presets import Preset
from lam_gym.models.set_encoder import SetEncoder, present_rows
from lam_gym.models.spaces import ActionSpaces, FieldSpaces, TaskSpaces
from lam_gym.training.batches import row_statistics
from lam_gym.training.network_policy import NetworkPolicy

FEATURES, ROWS = 5, 6
FIELD = FieldSpaces("", "set", (ROWS, FEATURES))
SPACES = TaskSpaces("test/set", "go", 1, (FIELD,), ActionSpaces("categorical", 3))


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def rows(*present: int) -> torch.Tensor:
    """One frame for each number of others present, garbage in the rows behind."""
    shown = torch.randn(len(present), ROWS, FEATURES)
    for frame, others in enumerate(present):
        shown[frame, :, 0] = (torch.arange(ROWS) <= others).float()
    return shown


def network() -> ActionNetwork:
    means, scales = [0.2] * (2 * FEATURES), [1.5] * (2 * FEATURES)
    return ActionNetwork([SPACES], Preset(16, 1, 2, 16, 8), {"test/set": Statistics({"": means}, {"": scales})}).eval()


def probabilities(model: ActionNetwork, shown: torch.Tensor) -> torch.Tensor:
    return NetworkPolicy(model).distribution("test/set", list(shown.numpy())).log_probs  # type: ignore[union-attr]


@pytest.fixture(autouse=True)
def _task(monkeypatch: pytest.MonkeyPatch) -> None:
    from lam_gym import Task
    from lam_gym.training import network_policy

    task = Task("test/set", "LamTest/None-v0", "go", 5)
    monkeypatch.setattr(network_policy, "get_task", lambda name: task)


def test_the_order_of_the_others_says_nothing() -> None:
    model, shown = network(), rows(5, 3, 1, 0)
    expected = probabilities(model, shown)
    for _ in range(5):
        mixed = torch.cat([shown[:, :1], shown[:, 1:][:, torch.randperm(ROWS - 1)]], dim=1)
        torch.testing.assert_close(probabilities(model, mixed), expected, rtol=1e-5, atol=1e-5)
    swapped = torch.cat([shown[:, 1:2], shown[:, :1], shown[:, 2:]], dim=1)
    assert not torch.allclose(probabilities(model, swapped), expected), "the own row is another matter"


def test_absent_rows_say_nothing_at_all() -> None:
    model, shown = network(), rows(5, 3, 1, 0)
    changed = torch.where(shown[..., :1] > 0.5, shown, torch.randn_like(shown) * 100)
    changed[..., 0] = shown[..., 0]
    assert torch.equal(probabilities(model, changed), probabilities(model, shown))


def test_more_rows_of_padding_change_nothing() -> None:
    model, shown = network(), rows(5, 3, 1, 0)
    more = torch.cat([shown, torch.zeros(4, 7, FEATURES)], dim=1)
    torch.testing.assert_close(probabilities(model, more), probabilities(model, shown), rtol=1e-5, atol=1e-5)
    fewer = probabilities(model, shown[3:, :1])
    torch.testing.assert_close(fewer, probabilities(model, shown[3:]), rtol=1e-5, atol=1e-5)


def test_who_is_there_matters() -> None:
    model, shown = network(), rows(5)
    gone = shown.clone()
    gone[0, 3, 0] = 0
    assert not torch.allclose(probabilities(model, gone), probabilities(model, shown))


def test_rows_are_standardised_by_those_present() -> None:
    shown = rows(4, 2, 3).numpy()
    shown[:, 0, 0] = 1
    mean, scale = row_statistics(shown)
    others = np.concatenate([shown[0, 1:5], shown[1, 1:3], shown[2, 1:4]]).astype(np.float64)
    np.testing.assert_allclose(mean, [shown[:, 0].astype(np.float64).mean(0), others.mean(0)])
    np.testing.assert_allclose(scale[1], others.std(0))
    statistics = Statistics({"": mean.reshape(-1).tolist()}, {"": scale.reshape(-1).tolist()})
    standard = Standardizer(SPACES, statistics).rows("", torch.from_numpy(shown))
    present = present_rows(torch.from_numpy(shown))
    assert (standard[~present] == 0).all()
    found = standard[:, 1:][present[:, 1:]]
    torch.testing.assert_close(found[:, 1:].mean(0), torch.zeros(FEATURES - 1), atol=1e-5, rtol=0)
    torch.testing.assert_close(found[:, 1:].std(0, correction=0), torch.ones(FEATURES - 1), atol=1e-5, rtol=0)
    assert (found[:, 0] == 0).all(), "the flag is the same in all of them"
    nobody = row_statistics(rows(0).numpy())
    assert np.isfinite(nobody).all()


def test_sets_of_other_sizes_share_an_encoder() -> None:
    assert encoder_name(FIELD) == encoder_name(FieldSpaces("cars", "set", (15, FEATURES)))
    alone = SetEncoder(FEATURES, 8, 16, 2)(torch.randn(3, 1, FEATURES), torch.ones(3, 1, dtype=torch.bool))
    assert alone.shape == (3, 16)
