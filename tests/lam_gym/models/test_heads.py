"""Heads: distributions in the environment's units; admissible actions are scored by words, blind to padding."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from lam_gym.models.encoders import WordEmbedding
from lam_gym.models.heads import (
    MOST_CANDIDATES,
    MOST_LINES,
    SMALLEST_SCALE,
    AdmissibleHead,
    CategoricalHead,
    GaussianHead,
)
from lam_gym.models.inputs import encode_candidates, encode_lines
from lam_gym.models.text_reader import LONGEST_ACTION
from lam_gym.models.words import encode_texts

WIDTH, HEADS = 16, 2
INSTRUCTION = "take the pear now"


def test_categorical() -> None:
    head = CategoricalHead(WIDTH, 3)
    log_probs = head(torch.randn(4, WIDTH)).log_probs
    torch.testing.assert_close(log_probs.exp().sum(1), torch.ones(4))


def test_gaussian_in_the_environments_units() -> None:
    head = GaussianHead(WIDTH, 2)
    hidden = torch.randn(3, WIDTH)
    shift, unit = torch.tensor([1.0, -1.0]), torch.tensor([2.0, 0.5])
    answer = head(hidden, shift, unit)
    torch.testing.assert_close(answer.mean, head.mean(hidden) * unit + shift)
    torch.testing.assert_close(answer.log_scale.exp(), unit.expand(3, 2))
    with torch.no_grad():
        head.log_scale.fill_(-50)
    torch.testing.assert_close(
        head(hidden, shift, unit).log_scale, (math.log(SMALLEST_SCALE) + unit.log()).expand(3, 2)
    )


class Scored:
    """A head with random weights over some admissible actions."""

    def __init__(self, *offered: tuple[str, ...], seed: int = 0, screens: tuple[str, ...] = ()) -> None:
        torch.manual_seed(seed)
        steps = len(offered)
        self.embedding, self.head = WordEmbedding(WIDTH), AdmissibleHead(WIDTH, HEADS)
        self.ids = torch.from_numpy(encode_texts([INSTRUCTION] * steps, 20))
        self.context = self.embedding(self.ids)
        self.hidden = torch.randn(1, WIDTH).expand(steps, WIDTH)
        screens = screens or ("Home\nNothing is done yet",) * steps
        self.candidates, self.lines = encode_candidates(screens, offered), encode_lines(screens, offered)

    def log_probs(
        self, candidates: Tensor | None = None, ids: Tensor | None = None, lines: Tensor | None = None
    ) -> Tensor:
        lines = self.lines if lines is None else lines
        ids = self.ids if ids is None else ids
        context = F.pad(self.context, (0, 0, 0, ids.shape[1] - self.ids.shape[1]))
        candidates = self.candidates if candidates is None else candidates
        shown = self.embedding(lines)
        answer: Tensor = self.head(
            self.hidden, context, ids, candidates, lines, shown, self.embedding
        ).log_probs.detach()
        return answer


@pytest.mark.parametrize("offered", [("take", "pear"), ("click the pear here", "go"), ("go",)])
def test_scores_do_not_depend_on_padding(offered: tuple[str, ...]) -> None:
    for seed in range(20):
        scored = Scored(offered, seed=seed)
        plain = scored.log_probs()
        longer = scored.log_probs(F.pad(scored.candidates, (0, 4)))
        torch.testing.assert_close(longer, plain, rtol=1e-5, atol=1e-5)
        wider = scored.log_probs(F.pad(scored.candidates, (0, 0, 0, 3)))
        torch.testing.assert_close(wider[:, : len(offered)], plain, rtol=1e-5, atol=1e-5)
        assert (wider[:, len(offered) :] == -torch.inf).all()
        torch.testing.assert_close(scored.log_probs(ids=F.pad(scored.ids, (0, 5))), plain, rtol=1e-5, atol=1e-5)
        lines = F.pad(scored.lines, (0, 2, 0, 3))
        torch.testing.assert_close(scored.log_probs(lines=lines), plain, rtol=1e-5, atol=1e-5)


def test_steps_are_scored_apart() -> None:
    offered = (("take pear", "go", "wait"), ("go",), ("wait a long moment", "go"))
    together = Scored(*offered)
    for index, actions in enumerate(offered):
        alone = Scored(actions)
        torch.testing.assert_close(
            together.log_probs()[index, : len(actions)], alone.log_probs()[0], rtol=1e-5, atol=1e-5
        )
    torch.testing.assert_close(together.log_probs().exp().sum(1), torch.ones(3))
    assert together.log_probs()[1].tolist()[0] == 0


def test_words_of_the_instruction_count() -> None:
    scored = Scored(("pear", "plum"))
    other = torch.from_numpy(encode_texts(["take the plum now"], 20))
    assert not torch.allclose(scored.log_probs(), scored.log_probs(ids=other))


def test_what_is_chosen_is_told_from_what_stands_there() -> None:
    screens = ("[1] dropdown Size: pear", "[1] dropdown Size: plum")
    offered = (("select 1 plum", "select 1 wait"), ("select 1 pear", "select 1 wait"))
    first, second = (Scored(actions, screens=(screen,)).log_probs() for actions, screen in zip(offered, screens))
    assert not torch.allclose(first, second)


def test_lines_that_no_action_refers_to_count() -> None:
    offered = ("click 1", "back")
    screens = ("Home\n[1] button Star\nStarred: no", "Home\n[1] button Star\nStarred: yes")
    first, second = (Scored(offered, screens=(screen,)).log_probs() for screen in screens)
    assert not torch.allclose(first, second)


def test_screens_without_other_lines() -> None:
    scored = Scored(("click 1",), ("click 1",), screens=("[1] button Star", "Home\n[1] button Star"))
    alone = Scored(("click 1",), screens=("[1] button Star",))
    torch.testing.assert_close(scored.log_probs()[:1], alone.log_probs(), rtol=1e-5, atol=1e-5)


def test_dropout_in_training_only() -> None:
    scored = Scored(("take pear", "go"))
    plain = scored.log_probs()
    scored.head = AdmissibleHead(WIDTH, HEADS, dropout=0.5)
    scored.head.load_state_dict(Scored(("take pear", "go")).head.state_dict())
    assert not torch.equal(scored.log_probs(), scored.log_probs())
    scored.head.eval()
    torch.testing.assert_close(scored.log_probs(), plain)


def test_as_many_candidates_and_words_as_there_are_places() -> None:
    many = tuple(f"action {'very ' * 40}{number}" for number in range(MOST_CANDIDATES + 30))
    scored = Scored(many, screens=("\n".join("a long line " * 20 for _ in range(MOST_LINES)),))
    assert scored.lines.shape == (1, MOST_LINES, LONGEST_ACTION - 8)
    assert scored.candidates.shape == (1, MOST_CANDIDATES, LONGEST_ACTION)
    assert torch.isfinite(scored.log_probs()).all()
