"""A frozen pretrained text encoder: what words mean before any demonstration was seen.

    load_pretrained("minilm")           the packaged all-MiniLM-L6-v2 (extra `pretrained`), 2 x 384 numbers a text
    load_pretrained("mpnet")            the packaged all-mpnet-base-v2 (extra `mpnet`), 2 x 768 numbers a text
    load_pretrained("/models/encoder")  any local Hugging Face folder of a text encoder with safetensors weights

Texts come as rows of word ids (`words`), whose words it joins again. Each is read at two depths: the last layer says
what a text is about as a whole, the middle one still knows which words were used for it. Answers never change, so each
is computed once and kept in memory, and on disk under the user's cache folder (LAM_GYM_CACHE, else ~/.cache/lam-gym),
by model and text. Nothing is downloaded and no code of a folder is run.

Letters: N texts, L words, E numbers of the encoder: H of each depth.
Source: Reimers and Gurevych 2019, "Sentence-BERT"; Wang et al. 2020, "MiniLM"; Song et al. 2020, "MPNet"; two depths as
in Peters et al. 2018, "Deep contextualized word representations".
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor

from lam_gym.errors import BadConfig, MissingExtra
from lam_gym.models.embedding_cache import EmbeddingCache, cache_folder
from lam_gym.models.pretrained_packages import PACKAGES, unpack
from lam_gym.models.words import read_words

HASHED = "hashed"
"""The text encoder that learns every word from the demos alone."""
WORD_MARKS = ("Ġ", "▁")
"""Signs before a piece that begins a word, in vocabularies that mark these and not the others."""
BATCH = 64
"""Texts that go through the encoder at once."""

Key = tuple[str, ...]
"""The words of a text."""


class PretrainedText:
    """The encoder of one Hugging Face folder, behind its caches.

    Args:
        name: as in the settings, for messages.
        folder: holds config.json, tokenizer files and model.safetensors.
    """

    depths = 2
    """Layers that are read: the middle and the last."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.width = self.depths * int(_read_config(name, folder)["hidden_size"])
        place = cache_folder() / "text" / _fingerprint(folder)
        self._sentences = EmbeddingCache(place / "sentences", self.width)
        self._contexts = EmbeddingCache(place / "contexts", self.width)
        self._model: Any = None
        self._tokenizer: Any = None

    def __deepcopy__(self, memo: Any) -> PretrainedText:
        """Copies of a network share the frozen encoder."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Other processes load the encoder by its name, instead of being sent its weights and answers."""
        return load_pretrained, (self.name,)

    def sentences(self, words: Int[Tensor, "N L"]) -> Float[Tensor, "N E"]:
        """One vector a text, of length sqrt(E); zero for a text without words."""
        keys = [tuple(read_words(row)) for row in words.tolist()]
        self._learn(self._sentences, keys, pooled=True)
        found = [self._sentences[key] if key else np.zeros((1, self.width), np.float16) for key in keys]
        return torch.from_numpy(np.concatenate(found).astype(np.float32)) if found else torch.zeros(0, self.width)

    def in_context(self, words: Int[Tensor, "N L"]) -> Float[Tensor, "N L E"]:
        """One vector a word as its text means it, of length sqrt(E); zero where there is no word."""
        keys = [tuple(read_words(row)) for row in words.tolist()]
        self._learn(self._contexts, keys, pooled=False)
        vectors = np.zeros((*words.shape, self.width), np.float32)
        for row, key in zip(vectors, keys):
            if key:
                row[: len(key)] = self._contexts[key]
        return torch.from_numpy(vectors)

    def vocabulary(self) -> list[str]:
        """The whole words of three and more letters that the encoder knows as one piece, sorted."""
        self._load()
        pieces = self._tokenizer.get_vocab()
        marks = [mark for mark in WORD_MARKS if any(piece.startswith(mark) for piece in pieces)]
        words = {piece.removeprefix(mark) for piece in pieces for mark in marks or ("",) if piece.startswith(mark)}
        return sorted(word for word in words if len(word) > 2 and word.isascii() and word.isalpha() and word.islower())

    def directions(self, vectors: Float[Tensor, "N E"], center: Float[Tensor, " E"]) -> Float[Tensor, "N E"]:
        """Directions, of length 1, in which vectors lie from a center, every depth having the same say.

        What all texts have in common says nothing of any (Mu and Viswanath 2018, "All-but-the-Top").
        """
        parts = (vectors - center).view(len(vectors), self.depths, -1)
        directed: Tensor = F.normalize(F.normalize(parts, dim=2).flatten(1), dim=1)
        return directed

    def _load(self) -> None:
        if self._model is None:
            self._tokenizer, self._model = _load_model(self.name, self.folder)

    def _learn(self, cache: EmbeddingCache, keys: Sequence[Key], pooled: bool) -> None:
        """Compute what the cache does not hold."""
        missing = [key for key in dict.fromkeys(keys) if key and key not in cache]
        for start in range(0, len(missing), BATCH):
            part = missing[start : start + BATCH]
            for key, vectors in zip(part, self._compute(part, pooled)):
                cache.add(key, vectors)

    def _compute(self, keys: Sequence[Key], pooled: bool) -> list[NDArray[np.float16]]:
        """[1, E] or [L, E] for each text: states at both depths, averaged over the pieces of the text or word."""
        self._load()
        pieces: Any = self._tokenizer(
            [list(key) for key in keys], is_split_into_words=True, padding=True, truncation=True, return_tensors="pt"
        )
        with torch.no_grad():
            layers = self._model(**pieces, output_hidden_states=True).hidden_states
        states = torch.stack([layers[len(layers) // 2], layers[-1]], dim=2).float()  # [N, pieces, depths, H]
        answers = []
        for number, key in enumerate(keys):
            # a text's words are 1 to L; piece 0 belongs to none
            owner = torch.tensor([0 if word is None else word + 1 for word in pieces.word_ids(number)])
            if pooled:
                owner = pieces["attention_mask"][number]
            rows = 2 if pooled else len(key) + 1
            sums = torch.zeros(rows, *states.shape[2:]).index_add(0, owner, states[number])[1:]
            answers.append(_normalize(sums).flatten(1).half().numpy())
        return answers


def _normalize(vectors: Tensor) -> Tensor:
    """Rows of length sqrt(H); a row of zeros stays."""
    length: Tensor = vectors.norm(dim=-1, keepdim=True)
    scaled: Tensor = vectors * (vectors.shape[-1] ** 0.5 / length.clamp(min=1e-6))
    return scaled


@lru_cache(maxsize=4)
def load_pretrained(name: str) -> PretrainedText:
    """The packaged encoder of this name, or that of a local folder. MissingExtra or BadConfig where it is not there."""
    if name in PACKAGES:
        return PretrainedText(name, unpack(name))
    folder = Path(name).expanduser()
    if not (folder / "config.json").exists() or not (folder / "model.safetensors").exists():
        raise BadConfig(
            f"The text encoder is '{HASHED}', {', '.join(map(repr, PACKAGES))} or a folder with config.json and "
            f"model.safetensors; '{name}' is none of these."
        )
    return PretrainedText(name, folder)


def _read_config(name: str, folder: Path) -> dict[str, Any]:
    import json

    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text())
        int(config["hidden_size"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadConfig(f"The text encoder '{name}' has no 'hidden_size' in its config.json: {error}.") from error
    return config


def _fingerprint(folder: Path) -> str:
    """Name of the cached answers: the model's settings, the size of its weights, the depths read, the precision."""
    about = f"{(folder / 'model.safetensors').stat().st_size} {PretrainedText.depths} {_precision()}"
    return blake2b((folder / "config.json").read_bytes() + about.encode(), digest_size=8).hexdigest()


def _precision() -> torch.dtype:
    """bfloat16 where the processor multiplies matrices of it (two to three times the speed), else float32.

    Answers differ in the third digit between the two.
    """
    checks = (getattr(torch.cpu, f"_is_{unit}_supported", None) for unit in ("amx_tile", "avx512_bf16"))
    return torch.bfloat16 if any(check() for check in checks if check is not None) else torch.float32


def _load_model(name: str, folder: Path) -> tuple[Any, Any]:
    """Tokenizer and model, offline, weights as safetensors only."""
    try:
        import transformers
    except ImportError as error:
        raise MissingExtra(
            f"The text encoder '{name}' needs the package 'transformers': pip install 'lam-gym[pretrained]'."
        ) from error
    try:
        options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        auto: Any = transformers
        tokenizer = auto.AutoTokenizer.from_pretrained(folder, **options)
        model = auto.AutoModel.from_pretrained(folder, use_safetensors=True, **options)
    except (OSError, ValueError, TypeError) as error:  # TypeError: no tokenizer file
        raise BadConfig(f"The text encoder in '{folder}' cannot be loaded: {error}") from error
    return tokenizer, model.to(_precision()).eval()
