"""Labels that the demonstrations do not show, read as the nearest of those that they do.

An application of another make calls its buttons and fields by other names. A network that has seen two or three names
of a button places a new one badly; a pretrained encoder, asked which of the known names it resembles most, is right
more often. So an unknown label is shown to the network as the nearest known one of its kind, no two of a screen as the
same one, and marked as a guess. In training a share of the labels is shown as one of their neighbours and so marked,
so that the network learns how far a guess can be trusted, and to look at what stands beside it.

A label is the first column of described actions that recur all over the demos, with what is done there and to what:
"click button | Archive", "type field | To". Its first two words are its kind; kinds that hold rows of data have none.

Letters: N frames, A candidates, L words, M known labels, E numbers of the encoder.
Source: nearest neighbours at prediction as in Khandelwal et al. 2020, "Generalization through Memorization"; one to one
by the assignment of Kuhn 1955.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lam_gym.models.pretrained import PretrainedText
from lam_gym.models.text_reader import LONGEST_ACTION, separates
from lam_gym.models.words import ARGUMENT, BAR, encode_texts, read_words, word_id

SPREAD = 0.05
"""Cosine by which a neighbour's chance of standing for a label falls by e in training."""
COMMON = 0.02
"""Share of the episodes that must offer a label."""
CLOSED = 0.97
"""Share of a kind's offers that must be labels, for the kind to have any."""
KIND = 2
"""Words of a kind; the label stands behind them and a BAR."""


def find_labels(offers: Sequence[Sequence[str]], episodes: Sequence[int]) -> tuple[str, ...]:
    """The labels of the described actions that each step offers, sorted; `episodes` numbers the steps' episodes."""
    shown = [[label for label in map(label_of, texts) if label] for texts in offers]
    count = Counter(label for labels in shown for label in labels)
    held = Counter(label for label, _ in {(label, at) for labels, at in zip(shown, episodes) for label in labels})
    least = max(2.0, COMMON * len(set(episodes)))
    kinds: Counter[str] = Counter()
    common: Counter[str] = Counter()
    for label, number in count.items():
        kinds[_kind(label)] += number
        common[_kind(label)] += number * (held[label] >= least)
    closed = {kind for kind, number in kinds.items() if common[kind] >= CLOSED * number}
    return tuple(sorted(label for label in count if held[label] >= least and _kind(label) in closed))


def label_of(text: str) -> str:
    """The label of a described action with its kind; "" where it has none."""
    columns = text.partition(f" {ARGUMENT} ")[0].split(f" {BAR} ")
    return f" {BAR} ".join(columns[:2]) if len(columns) > 1 and len(columns[0].split()) == KIND else ""


def _kind(label: str) -> str:
    return label.partition(f" {BAR} ")[0]


class KnownLabels:
    """The labels of one task's demos, and what others are read as.

    Args:
        task: name of the task; its last part tells the encoder what the labels are of.
        labels: as `find_labels` gives them.
        pretrained: the encoder that compares labels.
    """

    def __init__(self, task: str, labels: Sequence[str], pretrained: PretrainedText) -> None:
        self.application = task.partition("@")[0].rpartition("/")[2].replace("-", " ")
        self.pretrained = pretrained
        self.words = torch.from_numpy(encode_texts(labels, LONGEST_ACTION))
        """[M, L] words of the labels with their kinds."""
        self.lengths = (self.words != 0).sum(1)
        generator = torch.Generator().manual_seed(0)
        self._factors = torch.randint(2**62, (LONGEST_ACTION,), generator=generator) * 2 + 1
        self._keys, self._order = self._hash(self.words).sort()
        self._kinds = torch.from_numpy(np.unique(self.words[:, :KIND].numpy(), axis=0))
        self._read: dict[tuple[int, ...], tuple[int, ...]] = {}

    @cached_property
    def vectors(self) -> Float[Tensor, "M E"]:
        """What each label means, of length 1."""
        return self._understand(self.words)

    @cached_property
    def _nearness(self) -> Float[Tensor, "M M"]:
        """Cosines; -inf for a label itself and labels of other kinds."""
        other_kind = (self.words[:, None, :KIND] != self.words[None, :, :KIND]).any(2)
        cosines: Tensor = self.vectors @ self.vectors.T
        return cosines.masked_fill(other_kind, -torch.inf).fill_diagonal_(-torch.inf)

    def recognize(self, candidates: Int[Tensor, "N A L"]) -> tuple[Int[Tensor, "N A M"], Bool[Tensor, "N A"]]:
        """The candidates with every unknown label as the nearest known one that the screen does not show; which."""
        keys, ends = self._label(candidates)
        places = self._find(keys)
        unknown = (places < 0) & self._are_labels(candidates)
        for frame in unknown.any(1).nonzero().flatten().tolist():
            rows = unknown[frame].nonzero().flatten()
            new, first = _distinct(keys[frame, rows].tolist())
            shown = set(places[frame].tolist()) - {-1}
            key = (*new, -1, *sorted(shown))
            if key not in self._read:
                texts = candidates[frame, rows[list(first)]]
                kept = torch.arange(texts.shape[1]) < ends[frame, rows[list(first)]].unsqueeze(1)
                self._read[key] = self._assign(texts * kept, shown)
            read = dict(zip(new, self._read[key]))
            places[frame, rows] = torch.tensor([read[each] for each in keys[frame, rows].tolist()])
        return self._show(candidates, ends, places, unknown & (places >= 0))

    def confuse(
        self, candidates: Int[Tensor, "N A L"], share: float
    ) -> tuple[Int[Tensor, "N A M"], Bool[Tensor, "N A"]]:
        """The candidates with a share of the labels as one of their neighbours that the screen does not show; which.

        Some screens keep all their labels and some lose most of them: twice the share of the screens loses labels, each
        a share of its own, even in [0, 1).
        """
        keys, ends = self._label(candidates)
        places = self._find(keys)
        frames = torch.arange(len(places)).unsqueeze(1)
        shown = torch.zeros(len(places), len(self.words) + 1, dtype=torch.bool)
        shown[frames, places] = True  # the last column takes what is no label
        shown = shown[:, :-1]
        rates = torch.rand(len(shown), 1) * (torch.rand(len(shown), 1) < 2 * share)
        chosen = shown & (torch.rand(shown.shape) < rates)
        read = torch.arange(len(self.words)).expand(shown.shape).clone()
        turn = chosen.cumsum(1) * chosen
        for number in range(1, int(turn.max()) + 1):
            row, label = (turn == number).nonzero(as_tuple=True)
            scores = self._nearness[label].masked_fill(shown[row], -torch.inf) / SPREAD
            best, neighbor = (scores - torch.empty_like(scores).exponential_().log()).max(1)
            row, label, neighbor = (part[best > -torch.inf] for part in (row, label, neighbor))
            read[row, label] = neighbor
            shown[row, neighbor] = True
        other = torch.where(places >= 0, read[frames, places], -1)
        return self._show(candidates, ends, other, other != places)

    def _show(
        self,
        candidates: Int[Tensor, "N A L"],
        ends: Int[Tensor, "N A"],
        places: Int[Tensor, "N A"],
        changed: Bool[Tensor, "N A"],
    ) -> tuple[Int[Tensor, "N A M"], Bool[Tensor, "N A"]]:
        """The candidates with the labels at `places` in place of their own, where they have changed; where."""
        if not changed.any():
            return candidates, changed
        length = candidates.shape[2] + self.words.shape[1]
        padded, words = F.pad(candidates, (0, length - candidates.shape[2])), self.words[places[changed]]
        before, after = ends[changed].unsqueeze(1), self.lengths[places[changed]].unsqueeze(1)
        index = torch.arange(length)
        behind = padded[changed].gather(1, (index - after + before).clamp(0, length - 1))
        padded[changed] = torch.where(index < after, F.pad(words, (0, length - words.shape[1])), behind)
        longest = min(LONGEST_ACTION, max(1, int((padded != 0).any(0).any(0).sum())))
        return padded[:, :, :longest], changed

    def _assign(self, texts: Int[Tensor, "K L"], shown: set[int]) -> tuple[int, ...]:
        """The known label that each unknown one is read as, one to one; -1 where none is left."""
        from scipy.optimize import linear_sum_assignment

        cosines = self._understand(texts) @ self.vectors.T
        cosines[(texts[:, None, :KIND] != self.words[None, :, :KIND]).any(2)] = -2.0
        cosines[:, sorted(shown)] = -2.0
        read = [-1] * len(texts)
        for row, place in zip(*linear_sum_assignment(-cosines.numpy())):
            if cosines[row, place] >= -1.0:
                read[row] = int(place)
        return tuple(read)

    def _understand(self, texts: Int[Tensor, "K L"]) -> Float[Tensor, "K E"]:
        """Directions of labels: what the encoder makes of each, in quotation marks and with the application's name."""
        quoted = [f'" {" ".join(read_words(text)[KIND + 1 :])} " in {self.application}' for text in texts.tolist()]
        vectors = self.pretrained.sentences(torch.from_numpy(encode_texts(quoted, 2 * LONGEST_ACTION)))
        directions: Tensor = F.normalize(vectors, dim=1)
        return directions

    def _hash(self, texts: Int[Tensor, "*N L"]) -> Int[Tensor, "*N"]:
        """A number for each text that only equal ones share."""
        return (texts * self._factors[: texts.shape[-1]]).sum(-1)

    def _label(self, candidates: Int[Tensor, "N A L"]) -> tuple[Int[Tensor, "N A"], Int[Tensor, "N A"]]:
        """Hash of each candidate's kind and label, and the place behind the label."""
        stops = (separates(candidates) | (candidates == 0)).long()
        stops[:, :, : KIND + 1] = 0
        inside = stops.cumsum(2) == 0
        return self._hash(candidates * inside), inside.sum(2)

    def _find(self, keys: Int[Tensor, "N A"]) -> Int[Tensor, "N A"]:
        """Which label each candidate has; -1 for none that is known."""
        near = torch.searchsorted(self._keys, keys).clamp(max=len(self._keys) - 1)
        return torch.where(self._keys[near] == keys, self._order[near], -1)

    def _are_labels(self, candidates: Int[Tensor, "N A L"]) -> Bool[Tensor, "N A"]:
        """Which candidates are of a kind that has labels, known or not."""
        if candidates.shape[2] <= KIND + 1:
            return torch.zeros(candidates.shape[:2], dtype=torch.bool)
        of_kind = (candidates[:, :, None, :KIND] == self._kinds).all(3).any(2)
        return of_kind & (candidates[:, :, KIND] == word_id(BAR)) & (candidates[:, :, KIND + 1] != 0)


def _distinct(keys: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The different keys, and where each stands first."""
    first: dict[int, int] = {}
    for place, key in enumerate(keys):
        first.setdefault(key, place)
    return tuple(first), tuple(first.values())
