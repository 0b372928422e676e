"""The optimiser: the same bits as PyTorch's own AdamW, with and without gradients, through its state as well."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from lam_gym.training.adamw import AdamW
from lam_gym.training.checkpoint import optimizer_tensors, restore_optimizer

SETTINGS = {"betas": (0.9, 0.98), "weight_decay": 0.05}


def make_parameters() -> list[torch.nn.Parameter]:
    generator = torch.Generator().manual_seed(0)
    return [torch.nn.Parameter(torch.randn(size, generator=generator)) for size in ((3, 4), (4,), (2, 2))]


def set_gradients(parameters: list[torch.nn.Parameter], step: int, missing: int | None) -> None:
    generator = torch.Generator().manual_seed(step)
    for index, parameter in enumerate(parameters):
        gradient: Tensor = torch.randn(parameter.shape, generator=generator)
        parameter.grad = None if index == missing else gradient


@pytest.mark.parametrize("missing", [None, 1])
def test_steps_equal_those_of_pytorch(missing: int | None) -> None:
    ours, theirs = make_parameters(), make_parameters()
    optimizer = AdamW(ours, 1e-2, **SETTINGS)  # type: ignore[arg-type]
    reference = torch.optim.AdamW(theirs, lr=1e-2, fused=True, **SETTINGS)  # type: ignore[arg-type]
    for step in range(6):
        for parameters, stepper in ((ours, optimizer), (theirs, reference)):
            set_gradients(parameters, step, missing if step % 2 else None)
            stepper.step()
    assert all(torch.equal(mine, other) for mine, other in zip(ours, theirs))
    steps = [float(optimizer.state[parameter]["step"]) for parameter in ours]
    assert steps == [float(reference.state[parameter]["step"]) for parameter in theirs]


def test_nothing_moves_without_gradients() -> None:
    parameters = make_parameters()
    before = [parameter.detach().clone() for parameter in parameters]
    AdamW(parameters, 1e-2, **SETTINGS).step()  # type: ignore[arg-type]
    assert all(torch.equal(old, new) for old, new in zip(before, parameters))


def test_state_survives_a_checkpoint() -> None:
    whole, first = make_parameters(), make_parameters()
    optimizer = AdamW(whole, 1e-2, **SETTINGS)  # type: ignore[arg-type]
    for step in range(6):
        set_gradients(whole, step, None)
        optimizer.step()
    before = AdamW(first, 1e-2, **SETTINGS)  # type: ignore[arg-type]
    for step in range(3):
        set_gradients(first, step, None)
        before.step()
    tensors = optimizer_tensors(before)
    storages = [value.untyped_storage().data_ptr() for value in tensors.values()]
    assert all(left != right for left, right in pairwise(sorted(storages)))
    after = AdamW(first, 1e-2, **SETTINGS)  # type: ignore[arg-type]
    restore_optimizer(after, tensors)
    for step in range(3, 6):
        set_gradients(first, step, None)
        after.step()
    assert all(torch.equal(left, right) for left, right in zip(whole, first))
