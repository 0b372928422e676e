"""Labels that the demonstrations do not show, read as the nearest of those that they do.

An application of another make calls its buttons, fields and options by other names. A network that has seen two or
three names of a button places a new one badly; a pretrained encoder, asked which of the known names it resembles most,
is right more often. So an unknown label is shown to the network as the nearest known one of its kind, no two of a
screen as the same one, none among its strangers (`strangers`) if another is nearly as near, and marked as a guess. In
training a share of the labels is shown as one of their neighbours and so marked, so that the network learns how far a
guess can be trusted, and to look at what stands beside it; and a share of the words of labels is overlooked where the
instruction says them too, so that it learns what they mean.

Labels recur all over the demos. They are parts of described actions: the first column with what is done there and to
what ("click button | Archive", "type field | To"), and what is chosen or has been ("select dropdown = cheapest first")
where lists call their options by other names in other episodes (sizes and colors are called the same everywhere: data).
So is a column among data that says the same by other names in other episodes ("click row | free"). The words before the
name are its kind. Names with a number, or with a word that only names of data have ("Remove Finch cardigan" where other
cardigans are removed), are no labels.

Letters: N frames, A candidates, L words, P parts of a candidate, R lines of W words, M known labels, I labels and words
that have strangers, U unknown labels, E numbers of the encoder.
Source: nearest neighbours at prediction as in Khandelwal et al. 2020, "Generalization through Memorization".
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from functools import cached_property

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lam_gym.models.pretrained import PretrainedText
from lam_gym.models.strangers import ODD, choose_readings, unpack
from lam_gym.models.text_reader import LONGEST_ACTION, separates
from lam_gym.models.words import ARGUMENT, BAR, encode_texts, read_words, word_id

_NUMBER = re.compile(r"\d")
_WORD = re.compile(r"[a-z]+")

SPREAD = 0.08
"""Cosine by which a neighbour's chance of standing for a label falls by e in training."""
COMMON = 0.02
"""Share of the episodes that must offer a label."""
LABELED = 0.5
"""Share of a kind's offers that must be labels, for the kind to have any."""
CHOOSE = "select"
"""The verb of actions that choose one option of a list."""
KIND = 3
"""Words of a kind: what is done, to what, and BAR or ARGUMENT."""
PARTS = 4
"""Parts of a candidate that may be labels: columns; of a list the first, what is chosen now and what is to be."""
WIDESPREAD = 0.1
"""Share of the episodes that must offer a label among data ("free" among the meetings of a day)."""


def find_labels(offers: Sequence[Sequence[str]], episodes: Sequence[int]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The labels of the described actions that each step offers, and what is data beside them; sorted.

    Data are names that recur but are no labels ("select dropdown = red"), and the words that only rare names have.
    `episodes` numbers the steps' episodes.
    """
    count: Counter[str] = Counter()  # in the first column, or as options
    held: dict[str, set[int]] = defaultdict(set)
    lists: dict[str, set[str]] = defaultdict(set)
    for texts, episode in zip(offers, episodes):
        for names in map(names_of, texts):
            for name in names:
                held[name].add(episode)
                lists[name].add(names[0])
                count[name] += name == names[0] or ARGUMENT in name
    least = max(2.0, COMMON * len(set(episodes)))
    kinds: dict[str, list[str]] = defaultdict(list)
    for name in count:
        kinds[_split(name)[0]].append(name)
    labels: list[str] = []
    data: set[str] = set()
    for kind, names in kinds.items():
        rare = {word for name in names if len(held[name]) < least or _NUMBER.search(name) for word in _split(name)[1]}
        common = [name for name in names if len(held[name]) >= least and not _NUMBER.search(name)]
        common = [name for name in common if not rare.issuperset(_split(name)[1])]
        if kind.endswith(ARGUMENT):
            rivals = [(a, b) for a in common for b in common if lists[a] & lists[b] and not held[a] & held[b]]
            common = list(dict.fromkeys(name for name, _ in rivals))
        offered = names if kind.endswith(BAR) else common
        wide = [name for name in common if len(held[name]) >= WIDESPREAD * len(set(episodes))]
        found = {name for name in wide if any(not held[name] & held[other] for other in wide)}
        if sum(count[name] for name in common) >= LABELED * sum(count[name] for name in offered):
            found.update(name for name in common if count[name])
        if found:
            labels += found
            data |= rare | {name for name in names if len(held[name]) >= least}
    known = {word for label in labels for word in _split(label)[1]}
    return tuple(sorted(labels)), tuple(sorted(data.difference(known, labels)))


def names_of(text: str) -> list[str]:
    """What a described action may call by labels, each with its kind: columns, or the first and the options of a list.

    The value that a field has is no label: only the first column counts where something is typed or chosen.
    """
    columns, _, argument = text.partition(f" {ARGUMENT} ")
    act, *parts = columns.split(f" {BAR} ")
    if not parts or len(act.split()) != KIND - 1:
        return []
    options = [argument, *parts[1:2]] if argument and act.split()[0] == CHOOSE else []
    kept = parts[:1] if argument else parts[:PARTS]
    return [f"{act} {BAR} {part}" for part in kept] + [f"{act} {ARGUMENT} {option}" for option in options]


def data_words(text: str, labels: Collection[str]) -> frozenset[str]:
    """The words of a described action, in lower case, that are no part of its kind or of these labels."""
    names = names_of(text)
    words = Counter(_WORD.findall(text.lower()))
    if names:
        words -= Counter(text.lower().split()[: KIND - 1])
    for name in names:
        if name in labels:
            words -= Counter(_split(name)[1])
    return frozenset(words)


def _split(name: str) -> tuple[str, list[str]]:
    """Kind and words of a name."""
    words = name.lower().split()
    return " ".join(words[:KIND]), _WORD.findall(" ".join(words[KIND:]))


class KnownLabels:
    """The labels of one task's demos, and what others are read as.

    Args:
        task: name of the task; its last part tells the encoder what the labels are of.
        labels, data: as `find_labels` gives them.
        pretrained: the encoder that compares labels.
        words: of the lines of screens that are a stranger to some label.
        strangers: of each label among labels and words, as `strangers` packs them; empty: nothing is known of that.
    """

    def __init__(
        self,
        task: str,
        labels: Sequence[str],
        data: Sequence[str],
        pretrained: PretrainedText,
        words: Sequence[str] = (),
        strangers: Sequence[str] = (),
    ) -> None:
        self.application = task.partition("@")[0].rpartition("/")[2].replace("-", " ")
        self.pretrained = pretrained
        self.words = torch.from_numpy(encode_texts(labels, LONGEST_ACTION))
        """[M, L] words of the labels with their kinds."""
        self.data = torch.tensor([word_id(word) for word in data if " " not in word], dtype=torch.int64)
        self.lengths = (self.words != 0).sum(1) - KIND
        generator = torch.Generator().manual_seed(0)
        self._factors = torch.randint(2**62, (LONGEST_ACTION + KIND,), generator=generator) * 2 + 1
        self._keys, self._order = self._hash(self.words).sort()
        names = [name for name in data if " " in name]
        said = {word for label in labels for word in _split(label)[1]}
        said -= {word for name in data for word in (_split(name)[1] if " " in name else [name])}
        self._own_words = torch.tensor(sorted(map(word_id, said)), dtype=torch.int64)
        """Words that labels consist of and no data."""
        self._names = self._hash(torch.from_numpy(encode_texts(names, LONGEST_ACTION)))
        self._kinds = torch.from_numpy(np.unique(self.words[:, :KIND].numpy(), axis=0))
        items = len(labels) + len(words)
        self._said, order = torch.tensor([word_id(word) for word in words], dtype=torch.int64).sort()
        known = unpack(strangers, items) if strangers else torch.zeros(len(labels), items, dtype=torch.bool)
        self._strangers = torch.cat([known[:, : len(labels)], known[:, len(labels) :][:, order]], dim=1)
        self._read: dict[tuple[int, ...], list[int]] = {}

    @cached_property
    def _center(self) -> Float[Tensor, " E"]:
        """What all labels have in common."""
        return self._ask(self.words).mean(0)

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

    def overlook(self, instruction: Int[Tensor, "N M"], share: float) -> Bool[Tensor, "N M"]:
        """A share of the words of instructions that labels consist of, at random.

        A policy that finds them again on the screen need not know what they mean, and is lost where the instruction
        says "unopened" and the screen "unread". So in training these are not found.
        """
        return torch.isin(instruction, self._own_words) & (torch.rand(instruction.shape) < share)

    def recognize(
        self, candidates: Int[Tensor, "N A L"], lines: Int[Tensor, "N R W"] | None = None
    ) -> tuple[Int[Tensor, "N A K"], Bool[Tensor, "N A"]]:
        """The candidates with every unknown label as the nearest known one that the screen does not show; which.

        What stands beside a label, on other candidates and the lines of the screen, makes its strangers less near.
        """
        begins, ends = find_parts(candidates)
        texts = cut_parts(candidates, begins, ends)
        keys = self._hash(texts)
        places = self._find(keys)
        unknown = (places < 0) & self._are_labels(texts)
        frames = unknown.flatten(1).any(1).nonzero().flatten()
        seen = self._look(places[frames], None if lines is None else lines[frames])
        odd = (seen.float() @ self._strangers.T.float()).clamp(max=1)
        for number, frame in enumerate(frames.tolist()):
            new, first = _distinct(keys[frame][unknown[frame]].tolist())
            shown = seen[number, : len(self.words)].nonzero().flatten()
            key = (*new, -1, *shown.tolist(), -1, *odd[number].nonzero().flatten().tolist())
            if key not in self._read:
                cosines = self._compare(texts[frame][unknown[frame]][list(first)]) - ODD * odd[number]
                self._read[key] = choose_readings(
                    cosines.index_fill(1, shown, -torch.inf), self._strangers[:, : len(self.words)]
                )
            read = dict(zip(new, self._read[key]))
            places[frame][unknown[frame]] = torch.tensor([read[each] for each in keys[frame][unknown[frame]].tolist()])
        return self._show(candidates, begins, ends, places, unknown & (places >= 0))

    def confuse(
        self, candidates: Int[Tensor, "N A L"], share: float
    ) -> tuple[Int[Tensor, "N A K"], Bool[Tensor, "N A"]]:
        """The candidates with a share of the labels as one of their neighbours that the screen does not show; which.

        A neighbour that would stand among strangers is less near, as in `recognize`.

        Some screens keep all their labels and some lose most of them: twice the share of the screens loses labels, each
        a share of its own, even in [0, 1).
        """
        begins, ends = find_parts(candidates)
        places = self._find(self._hash(cut_parts(candidates, begins, ends)))
        frames = torch.arange(len(places)).unsqueeze(1)
        shown = torch.zeros(len(places), len(self.words) + 1, dtype=torch.bool)
        shown[frames, places.flatten(1)] = True  # the last column takes what is no label
        shown = shown[:, :-1]
        rates = torch.rand(len(shown), 1) * (torch.rand(len(shown), 1) < 2 * share)
        chosen = shown & (torch.rand(shown.shape) < rates)
        apart = self._strangers[:, : len(self.words)].float()
        now = shown.clone()
        read = torch.arange(len(self.words)).expand(shown.shape).clone()
        turn = chosen.cumsum(1) * chosen
        for number in range(1, int(turn.max()) + 1):
            row, label = (turn == number).nonzero(as_tuple=True)
            beside = now[row].scatter(1, label.unsqueeze(1), False).float()
            odd = (beside @ apart).clamp(max=1)
            scores = (self._nearness[label] - ODD * odd).masked_fill(shown[row], -torch.inf) / SPREAD
            best, neighbor = (scores - torch.empty_like(scores).exponential_().log()).max(1)
            row, label, neighbor = (part[best > -torch.inf] for part in (row, label, neighbor))
            read[row, label] = neighbor
            now[row, label] = False
            shown[row, neighbor] = now[row, neighbor] = True
        other = torch.where(places >= 0, read[frames.unsqueeze(2), places], -1)
        return self._show(candidates, begins, ends, other, other != places)

    def _show(
        self,
        candidates: Int[Tensor, "N A L"],
        begins: Int[Tensor, "N A P"],
        ends: Int[Tensor, "N A P"],
        places: Int[Tensor, "N A P"],
        changed: Bool[Tensor, "N A P"],
    ) -> tuple[Int[Tensor, "N A K"], Bool[Tensor, "N A"]]:
        """The candidates with the labels at `places` in place of their own, where they have changed; where."""
        if not changed.any():
            return candidates, changed.any(2)
        length = candidates.shape[2] + PARTS * self.words.shape[1]
        texts = F.pad(candidates, (0, length - candidates.shape[2]))
        index = torch.arange(length)
        for part in range(PARTS - 1, -1, -1):  # from the back, so that the places before stay right
            now = changed[:, :, part]
            label, begin, end = (each[:, :, part][now].unsqueeze(1) for each in (places, begins, ends))
            size = self.lengths[label]
            names = self.words[label.squeeze(1)].gather(1, (index - begin + KIND).clamp(0, self.words.shape[1] - 1))
            behind = texts[now].gather(1, (index - size - begin + end).clamp(0, length - 1))
            texts[now] = torch.where(index < begin, texts[now], torch.where(index < begin + size, names, behind))
        longest = min(LONGEST_ACTION, max(1, int((texts != 0).any(0).any(0).sum())))
        return texts[:, :, :longest], changed.any(2)

    def _look(self, places: Int[Tensor, "N A P"], lines: Int[Tensor, "N R W"] | None) -> Bool[Tensor, "N I"]:
        """Which of the labels, and of the words that are a stranger to some, each screen shows."""
        labels = torch.zeros(len(places), len(self.words) + 1, dtype=torch.bool)
        labels[torch.arange(len(places)).unsqueeze(1), places.flatten(1)] = True  # the last column: no label
        said = torch.zeros(len(places), len(self._said), dtype=torch.bool)
        if lines is not None and len(self._said):
            near = torch.searchsorted(self._said, lines).clamp(max=len(self._said) - 1)
            frame, line, word = (self._said[near] == lines).nonzero(as_tuple=True)
            said[frame, near[frame, line, word]] = True
        return torch.cat([labels[:, :-1], said], dim=1)

    def _compare(self, texts: Int[Tensor, "U L"]) -> Float[Tensor, "U M"]:
        """Cosines of unknown labels and the known ones; -inf for those of other kinds."""
        other_kind = (texts[:, None, :KIND] != self.words[None, :, :KIND]).any(2)
        cosines: Tensor = self._understand(texts) @ self.vectors.T
        return cosines.masked_fill(other_kind, -torch.inf)

    def _understand(self, texts: Int[Tensor, "K L"]) -> Float[Tensor, "K E"]:
        """Directions of labels from their center."""
        return self.pretrained.directions(self._ask(texts), self._center)

    def _ask(self, texts: Int[Tensor, "K L"]) -> Float[Tensor, "K E"]:
        """What the encoder makes of each label, in quotation marks and with the application's name."""
        quoted = [f'" {" ".join(read_words(text)[KIND:])} " in {self.application}' for text in texts.tolist()]
        return self.pretrained.sentences(torch.from_numpy(encode_texts(quoted, 2 * LONGEST_ACTION)))

    def _hash(self, texts: Int[Tensor, "*N L"]) -> Int[Tensor, "*N"]:
        """A number for each text that only equal ones share."""
        return (texts * self._factors[: texts.shape[-1]]).sum(-1)

    def _find(self, keys: Int[Tensor, "*N"]) -> Int[Tensor, "*N"]:
        """Which label each key is of; -1 for none that is known."""
        near = torch.searchsorted(self._keys, keys).clamp(max=len(self._keys) - 1)
        return torch.where(self._keys[near] == keys, self._order[near], -1)

    def _are_labels(self, texts: Int[Tensor, "N A P L"]) -> Bool[Tensor, "N A P"]:
        """Which names are of a kind that has labels, no name of data and hold neither numbers nor words of data."""
        of_kind = (texts[..., None, :KIND] == self._kinds).all(-1).any(-1) & ~torch.isin(self._hash(texts), self._names)
        of_kind[of_kind.clone()] = ~self._hold_data(texts[of_kind])
        return of_kind

    def _hold_data(self, texts: Int[Tensor, "K L"]) -> Bool[Tensor, " K"]:
        """Which texts have a number or a word that only names of data have."""
        words, places = torch.unique(texts[:, KIND:], return_inverse=True)
        digits = [bool(word) and read_words([word])[0].isdigit() for word in words.tolist()]
        numbers = torch.tensor(digits, dtype=torch.bool)
        return (torch.isin(words, self.data) | numbers)[places].any(1)


def find_parts(candidates: Int[Tensor, "N A L"]) -> tuple[Int[Tensor, "N A P"], Int[Tensor, "N A P"]]:
    """Where the names in each candidate begin and end, in order (0 and 0: no further one), as `names_of` reads them."""
    length = candidates.shape[2]
    index = torch.arange(length)
    last = (candidates != 0).sum(2, keepdim=True)
    stops = F.pad(torch.where(separates(candidates), index, length), (0, PARTS + 1), value=length)
    stops = torch.minimum(stops.sort(2).values[..., : PARTS + 1], last)
    argument = torch.where(candidates == word_id(ARGUMENT), index, length).min(2).values.unsqueeze(2)
    begin, end = stops[..., :-1] + 1, stops[..., 1:]
    labeled = (stops[..., :1] == KIND - 1) & (stops[..., :1] < argument)
    # where something is typed or chosen: the first column, the second if it is the last, and what stands behind
    first = torch.arange(PARTS) == 0
    behind = (end == argument) & (torch.arange(PARTS) == 1) | (begin == argument + 1)
    there = labeled & (begin < end) & ((argument >= last) | first | behind)
    return begin * there, end * there


def cut_parts(
    candidates: Int[Tensor, "N A L"], begins: Int[Tensor, "N A P"], ends: Int[Tensor, "N A P"]
) -> Int[Tensor, "N A P K"]:
    """The names between these places, each behind its kind; zeros where there is none."""
    length = candidates.shape[2]
    index = torch.arange(length)
    places = begins.unsqueeze(3) + index
    inside = places < ends.unsqueeze(3)
    words = candidates.unsqueeze(2).expand(*begins.shape, length).gather(3, places.clamp(max=length - 1)) * inside
    chosen = (candidates == word_id(ARGUMENT)).any(2, keepdim=True) & (torch.arange(PARTS) > 0)
    signs = torch.where(chosen, word_id(ARGUMENT), word_id(BAR)).unsqueeze(3)
    acts = F.pad(candidates, (0, KIND))[:, :, None, : KIND - 1].expand(*begins.shape, KIND - 1)
    return torch.cat([acts, signs, words], dim=3) * (ends > begins).unsqueeze(3)


def _distinct(keys: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The different keys, and where each stands first."""
    first: dict[int, int] = {}
    for place, key in enumerate(keys):
        first.setdefault(key, place)
    return tuple(first), tuple(first.values())
