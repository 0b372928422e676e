"""The large action policy: one network over all tasks, blind to padding, to the future and to its neighbors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from lam_gym import Trajectory, get_task
from lam_gym.errors import BadCheckpoint
from lam_gym.models.distributions import Categorical, Distribution
from lam_gym.models.inputs import Inputs, Windows
from lam_gym.models.large_action import (
    LINES,
    ActionNetwork,
    Standardizer,
    Statistics,
    encoder_name,
    head_name,
    one_hot,
)
from lam_gym.models.presets import PRESETS, Preset, get_preset
from lam_gym.models.spaces import ActionSpaces, FieldSpaces, TaskSpaces, describe
from lam_gym.training.batches import TaskData

TINY = Preset(width=16, layers=2, heads=2, hidden=16, channels=8)
FORMS = ("discrete", "box", "codes", "grid", "memory", "text")
Demos = Callable[[str, int], list[Trajectory]]


def make_data(form: str, demos: Demos, episodes: int = 5, window: int = 0) -> TaskData:
    task = get_task(f"identity/{form}")
    return TaskData(task, describe(task, window), demos(form, episodes))


def make_network(parts: Sequence[TaskData], seed: int = 0) -> ActionNetwork:
    torch.manual_seed(seed)
    return ActionNetwork([part.spaces for part in parts], TINY, {part.task.name: part.statistics() for part in parts})


def values(distribution: Distribution) -> Tensor:
    """Everything that a distribution says, [N, ...]."""
    if isinstance(distribution, Categorical):
        return distribution.log_probs
    return torch.cat([distribution.mean, distribution.log_scale], 1)


def answer(network: ActionNetwork, data: TaskData, inputs: Inputs) -> Tensor:
    with torch.no_grad():
        return values(network(data.task.name, inputs))


@pytest.mark.parametrize("form", FORMS)
def test_a_frame_does_not_depend_on_its_neighbors(form: str, identity_demos: Demos) -> None:
    """Answers of a batch are those of each window alone."""
    data = make_data(form, identity_demos)
    network = make_network([data])
    ends = torch.tensor([3, 7, 9, 12, 19])
    together = answer(network, data, data.batch(ends).inputs)
    alone = [answer(network, data, data.batch(ends[index : index + 1]).inputs) for index in range(5)]
    torch.testing.assert_close(together, torch.cat(alone), rtol=1e-5, atol=1e-5)


def padded(inputs: Inputs, places: int = 7) -> Inputs:
    """The same texts with more padding behind them, more padded candidates, longer windows."""
    fields = {key: F.pad(ids, (0, places)) if key in ("screen", "mission", "instruction") else ids
              for key, ids in inputs.fields.items()}  # fmt: skip
    candidates = None if inputs.candidates is None else F.pad(inputs.candidates, (0, places, 0, places))
    lines = None if inputs.lines is None else F.pad(inputs.lines, (0, places, 0, places))
    windows = None
    if inputs.windows is not None:
        row, time = inputs.windows.row, inputs.windows.time
        windows = Windows(inputs.windows.batch + 2, inputs.windows.length + places, row, time)
    return Inputs(fields, candidates, lines, windows)


@pytest.mark.parametrize("form", FORMS)
def test_padding_says_nothing(form: str, identity_demos: Demos) -> None:
    data = make_data(form, identity_demos)
    network = make_network([data])
    inputs = data.batch(torch.tensor([3, 7, 9])).inputs
    plain, more = answer(network, data, inputs), answer(network, data, padded(inputs))
    torch.testing.assert_close(more[:, : plain.shape[1]], plain, rtol=1e-5, atol=1e-5)
    assert (more[:, plain.shape[1] :] == -torch.inf).all(), "padded candidates are never chosen"


@pytest.mark.parametrize("form", ["grid", "memory"])
def test_a_frame_does_not_see_later_frames(form: str, identity_demos: Demos) -> None:
    data = make_data(form, identity_demos)
    network = make_network([data])
    batch = data.batch(torch.tensor([3, 7]))
    tokens = torch.randn(8, TINY.width, requires_grad=True)
    hidden = network.remember(tokens, batch.inputs)
    assert batch.inputs.windows is not None
    for frame in range(8):
        (gradient,) = torch.autograd.grad(hidden[frame].square().sum(), tokens, retain_graph=True)
        seen = (gradient != 0).any(1)
        row, time = batch.inputs.windows.row, batch.inputs.windows.time
        assert torch.equal(seen, (row == row[frame]) & (time <= time[frame])), "itself and what came before it"


def test_padded_places_of_windows_carry_no_gradient(identity_demos: Demos) -> None:
    """Laid out in [B, T], the loss over valid frames has exactly zero gradient at every padded place."""
    data = make_data("memory", identity_demos)
    network = make_network([data])
    row, time = torch.tensor([0, 0, 1, 1, 1, 1]), torch.tensor([0, 1, 0, 1, 2, 3])
    laid = torch.randn(2, 4, TINY.width, requires_grad=True)
    hidden = network.trunk(laid)[row, time]
    hidden.square().sum().backward()  # type: ignore[no-untyped-call]
    assert laid.grad is not None
    assert (laid.grad[0, 2:] == 0).all()
    assert (laid.grad[row, time] != 0).any(1).all()


def test_padded_words_and_candidates_carry_no_gradient(identity_demos: Demos) -> None:
    data = make_data("text", identity_demos)
    network = make_network([data])
    batch = data.batch(torch.arange(6))
    inputs = padded(replace(batch.inputs, lines=batch.inputs.fields["screen"].unsqueeze(1)), 3)
    assert inputs.candidates is not None
    assert inputs.lines is not None
    embedded = {
        key: value.detach().requires_grad_(True) for key, value in network.embed(data.task.name, inputs).items()
    }
    answered = network(data.task.name, inputs, embedded)
    assert isinstance(answered, Categorical)
    gradients = torch.autograd.grad(-answered.log_prob(batch.actions).mean(), list(embedded.values()))
    for (key, _), gradient in zip(embedded.items(), gradients):
        absent = (inputs.lines if key == LINES else inputs.fields[key]) == 0
        assert absent.any()
        assert (gradient[absent] == 0).all(), key
        assert (gradient[~absent] != 0).any()


def test_the_row_of_no_word_never_moves(identity_demos: Demos) -> None:
    """Padding of texts and candidates reads row 0 of the embedding: its gradient is exactly zero."""
    data = make_data("text", identity_demos)
    network = make_network([data])
    batch = data.batch(torch.arange(6))
    inputs = padded(batch.inputs, 3)
    answered = network(data.task.name, inputs)
    assert isinstance(answered, Categorical)
    (-answered.log_prob(batch.actions).mean()).backward()  # type: ignore[no-untyped-call]
    gradient = network.words.table.weight.grad
    assert gradient is not None
    assert (gradient[0] == 0).all()
    assert (gradient != 0).any()
    assert (network.words.table.weight[0] == 0).all()
    rank = network.heads["text"].rank.grad
    assert isinstance(rank, Tensor)
    assert (rank[4:] == 0).all(), "places of padded candidates"
    assert all(torch.isfinite(parameter.grad).all() for parameter in network.parameters() if parameter.grad is not None)


def test_an_empty_instruction_is_no_number_error(identity_demos: Demos) -> None:
    data = make_data("text", identity_demos)
    network = make_network([data])
    inputs = data.batch(torch.arange(4)).inputs
    blank = {key: torch.zeros_like(ids) if key == "instruction" else ids for key, ids in inputs.fields.items()}
    answered = network(data.task.name, replace(inputs, fields=blank))
    assert isinstance(answered, Categorical)
    assert torch.isfinite(answered.log_probs).all()
    answered.log_probs.sum().backward()  # type: ignore[no-untyped-call]
    grads = [parameter.grad for parameter in network.parameters() if parameter.grad is not None]
    assert all(torch.isfinite(gradient).all() for gradient in grads)


def test_one_network_over_all_forms(identity_demos: Demos) -> None:
    parts = [make_data(form, identity_demos) for form in FORMS]
    network = make_network(parts)
    for part in parts:
        alone = make_network([part])
        own = {name: value for name, value in network.state_dict().items() if name in alone.state_dict()}
        alone.load_state_dict(own)
        inputs = part.batch(torch.arange(4)).inputs
        torch.testing.assert_close(answer(network, part, inputs), answer(alone, part, inputs))
    assert list(network.spaces) == [part.task.name for part in parts]


def test_tasks_of_equal_spaces_share_everything(real_demos: dict[str, list[Trajectory]]) -> None:
    names = ("babyai/GoToRedBallGrey", "babyai/GoToLocal")
    parts = [TaskData(get_task(name), describe(get_task(name)), real_demos[name]) for name in names]
    one, both = make_network(parts[:1]), make_network(parts)
    assert {name for name, _ in one.named_parameters()} == {name for name, _ in both.named_parameters()}


def test_standardizer() -> None:
    spaces = TaskSpaces("t", "do", 1, (FieldSpaces("", "vector", (3,)),), ActionSpaces("continuous", 1))
    statistics = Statistics({"": [1.0, 2.0, 3.0]}, {"": [2.0, 0.0, 1.0]}, [0.5], [0.0])
    standardizer = Standardizer(spaces, statistics)
    out = standardizer("", torch.tensor([[3.0, 5.0, 100.0]]))
    assert out.tolist() == [[1.0, 3.0, 10.0]], "a constant feature keeps its unit; outliers stop at 10 deviations"
    assert standardizer.action_scale.tolist() == [1.0]


def test_names_and_codes() -> None:
    assert one_hot(torch.tensor([[1, 0]]), (2, 3)).tolist() == [[0.0, 1.0, 1.0, 0.0, 0.0]]
    vector, text = FieldSpaces("a", "vector", (2,)), FieldSpaces("b", "text")
    assert encoder_name(vector) == "vector-2"
    assert encoder_name(text) == "text"
    spaces = TaskSpaces("t", "do", 1, (vector, text), ActionSpaces("categorical", 4))
    assert head_name(spaces) == "categorical-4-vector-2_text"
    assert head_name(replace(spaces, action=ActionSpaces("text"))) == "text"


def test_variations_have_their_tasks_spaces(identity_demos: Demos) -> None:
    network = make_network([make_data("box", identity_demos)])
    assert network.find("identity/box@other") is network.find("identity/box")
    with pytest.raises(BadCheckpoint, match="not trained on 'identity/bax'; did you mean 'identity/box'"):
        network.find("identity/bax")


def test_presets() -> None:
    assert get_preset("xs") is PRESETS["xs"]
    for name, preset in PRESETS.items():
        assert name == "mlp" or preset.width % (2 * preset.heads) == 0, "rotary positions turn pairs"
