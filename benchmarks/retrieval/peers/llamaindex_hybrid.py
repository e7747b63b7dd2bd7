"""LlamaIndex: PGVectorStore with hybrid search.

Set up as https://developers.llamaindex.ai/python/examples/vector_stores/postgres shows, but for
the HNSW index: without it the search is exact, which is never worse. Code is cut by CodeSplitter
and the rest by SentenceSplitter, both with their defaults; a file's path is metadata, which
LlamaIndex embeds with the text.

`Hybrid` asks the store in its mode "hybrid", which lists the nearest nodes and, below all of them,
those that match by words. `Fusion` is what the same page recommends beyond that: a
QueryFusionRetriever over both sides, by relative score.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from lines import Lines
from llama_index.core import StorageContext, VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import CodeSplitter, SentenceSplitter
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import Document
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.postgres import PGVectorStore
from protocol import Found
from sqlalchemy import make_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.node_parser.interface import TextSplitter
    from llama_index.core.schema import BaseNode
    from protocol import File, Setup

LANGUAGES = {
    ".c": "c",
    ".cc": "cpp",
    ".cpp": "cpp",
    ".css": "css",
    ".go": "go",
    ".h": "cpp",
    ".hpp": "cpp",
    ".html": "html",
    ".java": "java",
    ".js": "javascript",
    ".json": "json",
    ".py": "python",
    ".pyi": "python",
    ".rb": "ruby",
    ".rs": "rust",
    ".sh": "bash",
    ".sql": "sql",
    ".toml": "toml",
    ".ts": "typescript",
    ".tsx": "tsx",
    ".yaml": "yaml",
    ".yml": "yaml",
}
"""What CodeSplitter is told that a file is written in, by its name's ending."""

EACH_SIDE = 10
"""Nodes that mode "hybrid" takes from each side: so many that both sides are among ten files."""


class Hybrid:
    """The store's mode "hybrid"."""

    def __init__(self, setup: Setup) -> None:
        url = make_url(setup.database)
        self._embedding = HuggingFaceEmbedding(model_name=setup.model, device="cpu")
        self._store = PGVectorStore.from_params(
            connection_string=url.set(drivername="postgresql+psycopg2"),
            async_connection_string=url.set(drivername="postgresql+asyncpg"),
            table_name="corpus",
            embed_dim=len(self._embedding.get_text_embedding("dimension")),
            hybrid_search=True,
            text_search_config="english",
        )
        self._index = VectorStoreIndex.from_vector_store(self._store, embed_model=self._embedding)

    def index(self, files: Sequence[File]) -> int:
        """Take in the corpus."""
        nodes = [node for file in files for node in _nodes(file)]
        self._index = VectorStoreIndex(
            nodes,
            storage_context=StorageContext.from_defaults(vector_store=self._store),
            embed_model=self._embedding,
        )
        return len(nodes)

    def search(self, query: str, k: int) -> list[Found]:
        """Return the best nodes."""
        return [
            Found(node.metadata["file_path"], node.metadata["start"], node.metadata["end"])
            for node in self._retriever(k).retrieve(query)[:k]
        ]

    def _retriever(self, k: int) -> BaseRetriever:
        each = min(k, EACH_SIDE)
        return self._index.as_retriever(
            vector_store_query_mode="hybrid", similarity_top_k=each, sparse_top_k=each
        )


class Fusion(Hybrid):
    """A QueryFusionRetriever over the store's two sides."""

    def _retriever(self, k: int) -> BaseRetriever:
        sides = [
            self._index.as_retriever(vector_store_query_mode="default", similarity_top_k=k),
            self._index.as_retriever(
                vector_store_query_mode="sparse", similarity_top_k=k, sparse_top_k=k
            ),
        ]
        return QueryFusionRetriever(
            sides,
            similarity_top_k=k,
            num_queries=1,  # the question as it is; more would be made by a language model
            mode="relative_score",
            use_async=False,
            llm=MockLLM(),
        )


def _nodes(file: File) -> list[BaseNode]:
    document = Document(
        text=file.text,
        metadata={"file_path": file.path},
        excluded_embed_metadata_keys=["start", "end"],
    )
    try:
        nodes = _splitter(file.path).get_nodes_from_documents([document])
    except ValueError:  # CodeSplitter could not parse the file
        nodes = SentenceSplitter().get_nodes_from_documents([document])
    lines = Lines(file.path, file.text)
    kept = [node for node in nodes if node.get_content().strip()]
    for node in kept:
        if node.start_char_idx is None:
            raise ValueError(f"{file.path}: LlamaIndex lost a node's place")
        found = lines.found(node.start_char_idx, node.end_char_idx)
        node.metadata |= {"start": found.start_line, "end": found.end_line}
    return kept


def _splitter(path: str) -> TextSplitter:
    language = LANGUAGES.get(PurePosixPath(path).suffix)
    return CodeSplitter(language=language) if language else SentenceSplitter()
