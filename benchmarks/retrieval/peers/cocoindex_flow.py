"""CocoIndex: its example of code search, `examples/code_embedding` of its repository.

Walk a folder; cut each file by language into chunks of 1000 bytes (300 at least) that overlap by
300; embed them; keep them in PostgreSQL; search by cosine. Two things differ: every file is
indexed, not five kinds of file alone, since all systems are given the same; and no IVFFlat index is
declared, since without one the search is exact, which is never worse.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated

os.environ["COCOINDEX_DISABLE_USAGE_TRACKING"] = "1"  # before its import, which reports home

import asyncpg
import cocoindex
from cocoindex.connectors import localfs, postgres
from cocoindex.ops.sentence_transformers import SentenceTransformerEmbedder
from cocoindex.ops.text import RecursiveSplitter, detect_code_language
from cocoindex.resources.chunk import Chunk  # noqa: TC002 - read from the annotations as it runs
from cocoindex.resources.file import FileLike  # noqa: TC002 - read from the annotations as it runs
from cocoindex.resources.id import IdGenerator
from numpy.typing import NDArray  # noqa: TC002 - read from the annotations as it runs
from pgvector.asyncpg import register_vector
from protocol import Found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protocol import File, Setup

CHUNK_BYTES = 1000
LEAST_BYTES = 300
OVERLAP_BYTES = 300
TABLE = "corpus"
SCHEMA = "public"

POOL = cocoindex.ContextKey[asyncpg.Pool]("pool")
EMBEDDER = cocoindex.ContextKey[SentenceTransformerEmbedder]("embedder", detect_change=True)

NEAREST = f"""
SELECT filename, start_line, end_line FROM {TABLE} ORDER BY embedding <=> $1 LIMIT $2
"""  # noqa: S608 - a fixed name


@dataclass
class Row:
    """A chunk, as the table holds it."""

    id: int
    filename: str
    code: str
    embedding: Annotated[NDArray, EMBEDDER]
    start_line: int
    end_line: int


@cocoindex.fn
async def process_chunk(
    chunk: Chunk, filename: PurePath, ids: IdGenerator, table: postgres.TableTarget[Row]
) -> None:
    """Embed a chunk, and say that its row is to be there."""
    table.declare_row(
        row=Row(
            id=await ids.next_id(chunk.text),
            filename=str(filename),
            code=chunk.text,
            embedding=await cocoindex.use_context(EMBEDDER).embed(chunk.text),
            start_line=chunk.start.line,
            end_line=chunk.end.line,
        )
    )


@cocoindex.fn(memo=True)
async def process_file(file: FileLike, table: postgres.TableTarget[Row]) -> None:
    """Cut a file, and process its chunks."""
    path = file.file_path.path
    chunks = RecursiveSplitter().split(
        await file.read_text(),
        chunk_size=CHUNK_BYTES,
        min_chunk_size=LEAST_BYTES,
        chunk_overlap=OVERLAP_BYTES,
        language=detect_code_language(filename=path.name),
    )
    await cocoindex.map(process_chunk, chunks, path, IdGenerator(), table)


@cocoindex.fn
async def process_folder(folder: Path) -> None:
    """Index every file below a folder."""
    schema = await postgres.TableSchema.from_class(Row, primary_key=["id"])
    table = await postgres.mount_table_target(
        POOL, table_name=TABLE, table_schema=schema, pg_schema_name=SCHEMA
    )
    files = localfs.walk_dir(folder, recursive=True)
    await cocoindex.mount_each(process_file, files.items(), table)


class CocoIndex:
    """The example's flow, in an environment of its own."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._runner = asyncio.Runner()
        self._embedder = SentenceTransformerEmbedder(setup.model, device="cpu")
        self._folder = setup.folder / "files"
        self._pool: asyncpg.Pool | None = None

    def index(self, files: Sequence[File]) -> int:
        """Take in the corpus."""
        shutil.rmtree(self._folder, ignore_errors=True)
        for file in files:
            place = self._folder / file.path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(file.text, encoding="utf-8", newline="")
        return self._runner.run(self._update())

    def search(self, query: str, k: int) -> list[Found]:
        """Return the nearest chunks."""
        return self._runner.run(self._nearest(query, k))

    async def _update(self) -> int:
        async with asyncpg.create_pool(self._setup.database) as pool:
            await pool.execute("CREATE EXTENSION IF NOT EXISTS vector")
            context = cocoindex.ContextProvider()
            context.provide(POOL, pool)
            context.provide(EMBEDDER, self._embedder)
            environment = cocoindex.Environment(
                cocoindex.Settings(db_path=self._setup.folder / "state"),
                context_provider=context,
            )
            config = cocoindex.AppConfig(name="corpus", environment=environment)
            await cocoindex.App(config, process_folder, self._folder).update()
            environment.close()
            chunks: int = await pool.fetchval(f"SELECT count(*) FROM {TABLE}")  # noqa: S608 - a fixed name
        return chunks

    async def _nearest(self, query: str, k: int) -> list[Found]:
        if self._pool is None:
            self._pool = await asyncpg.create_pool(self._setup.database, init=register_vector)
        rows = await self._pool.fetch(NEAREST, await self._embedder.embed(query), k)
        return [
            Found(
                PurePath(row["filename"]).relative_to(self._folder).as_posix(),
                row["start_line"],
                row["end_line"],
            )
            for row in rows
        ]
