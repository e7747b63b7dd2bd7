"""Which files of a repository are no one's own text: binaries, vendored and generated files.

Each function returns the reason to leave a file out, or None.
"""

from __future__ import annotations

import fnmatch
import re

_VENDORED_DIRECTORIES = frozenset(
    {
        "_vendor",
        "_vendored",
        "bower_components",
        "node_modules",
        "site-packages",
        "third-party",
        "third_party",
        "thirdparty",
        "vendor",
        "vendored",
    }
)

_ENVIRONMENT_DIRECTORIES = frozenset(
    {
        ".eggs",
        ".git",
        ".hg",
        ".hypothesis",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".svn",
        ".tox",
        ".venv",
        "__pycache__",
        "venv",
    }
)

_TEXTLESS_FORMATS = (
    # Images, sound and video.
    "3gp apng avif bmp gif heic icns ico jpeg jpg mp3 mp4 mov ogg ogv pgm png ppm psd svg svgz tga "
    "tif tiff wav webm webp xcf "
    # Archives and packages.
    "7z bz2 egg gz jar rar tar tgz whl xz zip zst "
    # Compiled code.
    "a bin class dll dylib exe lib o obj pdb pyc pyd so wasm "
    # Arrays, meshes and documents in binary form.
    "db doc docx fbx glb h5 hdf5 mat nii npy npz odt parquet pdf pickle pkl pptx sqlite stl trk "
    "trx vtp vtu xls xlsx "
    # Fonts.
    "eot otf ttf woff woff2"
)
_TEXTLESS_EXTENSIONS = frozenset(_TEXTLESS_FORMATS.split())

_DATA_FORMATS = "csv dae geojson json jsonl mtl ndjson ply tsv vtk xml"
_DATA_EXTENSIONS = frozenset(_DATA_FORMATS.split())
"""Text that people write only while it is small; beyond that it is data."""

_MOST_DATA_BYTES = 64 * 1024

_GENERATED_NAMES = (
    "*-lock.json",
    "*.bundle.js",
    "*.css.map",
    "*.js.map",
    "*.lock",
    "*.min.css",
    "*.min.js",
    "*_pb2.py",
    "*_pb2.pyi",
    "*_pb2_grpc.py",
    "PKG-INFO",
    "go.sum",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "pnpm-lock.yaml",
)

_GENERATED_MARK = re.compile(rb"@generated\b|\bDO NOT EDIT\b")
_HEAD_LINES = 5

_LONG_LINE = 20_000
"""Bytes in one line beyond which a file is a bundle or data, not something a person wrote."""


def directory_reason(name: str) -> str | None:
    """Why the directory ``name`` is left out as a whole."""
    if name in _VENDORED_DIRECTORIES:
        return "vendored code of another project"
    if name in _ENVIRONMENT_DIRECTORIES or name.endswith(".egg-info"):
        return "files of a tool, not of the repository"
    return None


def name_reason(name: str, *, size: int) -> str | None:
    """Why the file ``name`` of ``size`` bytes is left out, unread."""
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if extension in _TEXTLESS_EXTENSIONS:
        return f"no text to index (.{extension})"
    if any(fnmatch.fnmatchcase(name, pattern) for pattern in _GENERATED_NAMES):
        return "generated file"
    if extension in _DATA_EXTENSIONS and size > _MOST_DATA_BYTES:
        return f"data (.{extension} of {size:,} bytes)"
    return None


def content_reason(data: bytes) -> str | None:
    """Why a file is left out when its bytes are looked at."""
    if b"\0" in data:
        return "binary (it holds NUL bytes)"
    lines = data.split(b"\n")
    if any(_GENERATED_MARK.search(line) for line in lines[:_HEAD_LINES]):
        return "generated file, as its first lines say"
    if len(data) > _LONG_LINE and max(map(len, lines)) > _LONG_LINE:
        return f"a line longer than {_LONG_LINE:,} bytes: generated, or data"
    return None
