"""LangChain: PGVectorStore with hybrid search.

Set up as the how-to of https://github.com/langchain-ai/langchain-postgres shows: a text search
column with its GIN index, and reciprocal rank fusion; exact vector search. Files are cut by
RecursiveCharacterTextSplitter, for their language where it knows one, in the sizes of LangChain's
tutorial on retrieval.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from langchain_huggingface import HuggingFaceEmbeddings
from langchain_postgres import PGEngine, PGVectorStore
from langchain_postgres.v2.hybrid_search_config import HybridSearchConfig, reciprocal_rank_fusion
from langchain_text_splitters import Language, RecursiveCharacterTextSplitter
from lines import Lines
from protocol import Found
from sqlalchemy import make_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.documents import Document
    from protocol import File, Setup

CHARACTERS = 1000
OVERLAP = 200
TABLE = "corpus"

LANGUAGES = {
    ".c": Language.C,
    ".cc": Language.CPP,
    ".cpp": Language.CPP,
    ".go": Language.GO,
    ".h": Language.CPP,
    ".hpp": Language.CPP,
    ".html": Language.HTML,
    ".java": Language.JAVA,
    ".js": Language.JS,
    ".md": Language.MARKDOWN,
    ".py": Language.PYTHON,
    ".pyi": Language.PYTHON,
    ".rb": Language.RUBY,
    ".rs": Language.RUST,
    ".rst": Language.RST,
    ".ts": Language.TS,
}
"""The languages that the splitter knows, by the ending of a file's name."""


class LangChain:
    """PGVectorStore with a HybridSearchConfig."""

    def __init__(self, setup: Setup) -> None:
        url = make_url(setup.database).set(drivername="postgresql+asyncpg")
        self._engine = PGEngine.from_connection_string(url)
        self._embeddings = HuggingFaceEmbeddings(
            model_name=setup.model,
            model_kwargs={"device": "cpu"},
            encode_kwargs={"normalize_embeddings": True},
        )

    def index(self, files: Sequence[File]) -> int:
        """Take in the corpus."""
        config = _config()
        self._engine.init_vectorstore_table(
            TABLE,
            vector_size=len(self._embeddings.embed_query("dimension")),
            hybrid_search_config=config,
        )
        self._store = PGVectorStore.create_sync(
            self._engine, self._embeddings, TABLE, hybrid_search_config=config
        )
        documents = [document for file in files for document in _documents(file)]
        self._store.add_documents(documents)
        self._store.apply_hybrid_search_index()
        return len(documents)

    def search(self, query: str, k: int) -> list[Found]:
        """Return the best documents."""
        # A configuration of its own for each search: the store writes the query into the one it
        # holds, and would search for the first query's words ever after.
        config = _config(query=query, candidates=k)
        found = self._store.similarity_search(query, k=k, hybrid_search_config=config)
        return [
            Found(each.metadata["path"], each.metadata["start"], each.metadata["end"])
            for each in found
        ]


def _config(*, query: str = "", candidates: int = 4) -> HybridSearchConfig:
    return HybridSearchConfig(
        tsv_column="content_tsv",
        fts_query=query,
        fusion_function=reciprocal_rank_fusion,
        primary_top_k=candidates,
        secondary_top_k=candidates,
    )


def _documents(file: File) -> list[Document]:
    sizes = {"chunk_size": CHARACTERS, "chunk_overlap": OVERLAP, "add_start_index": True}
    language = LANGUAGES.get(PurePosixPath(file.path).suffix)
    if language:
        splitter = RecursiveCharacterTextSplitter.from_language(language, **sizes)
    else:
        splitter = RecursiveCharacterTextSplitter(**sizes)
    documents = splitter.create_documents([file.text], metadatas=[{"path": file.path}])
    lines = Lines(file.path, file.text)
    for document in documents:
        start = document.metadata.pop("start_index")
        if start < 0:
            raise ValueError(f"{file.path}: LangChain lost a document's place")
        found = lines.found(start, start + len(document.page_content))
        document.metadata |= {"start": found.start_line, "end": found.end_line}
    return documents
