-- What is known of each repository. Every row belongs to one repository, and row-level security
-- shows a transaction the rows of its own repository alone.

-- The text hash covers the embedded text, so nothing is embedded twice, in whichever repository
-- or version it stands. No repository can be told from a row.
CREATE TABLE embeddings (
    text_hash bytea NOT NULL,                   -- sha256 of the embedded text
    model text NOT NULL,
    vector halfvec NOT NULL,
    PRIMARY KEY (text_hash, model)
);

-- One searchable state of a repository: a ref as one model sees it.
CREATE TABLE indexes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repository_id bigint NOT NULL REFERENCES repositories ON DELETE CASCADE,
    ref text NOT NULL,
    model text NOT NULL,
    dimension integer NOT NULL,
    commit_sha text NOT NULL,
    is_default boolean NOT NULL DEFAULT false,  -- answers questions that name no ref
    chunks integer NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (repository_id, ref, model)
);

CREATE TABLE documents (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repository_id bigint NOT NULL,
    index_id bigint NOT NULL REFERENCES indexes ON DELETE CASCADE,
    path text NOT NULL,
    language text NOT NULL,
    content_hash bytea NOT NULL,                -- sha256 of the bytes and of how they were cut
    UNIQUE (index_id, path)
);

CREATE TABLE chunks (
    id bigint GENERATED ALWAYS AS IDENTITY,
    repository_id bigint NOT NULL,
    index_id bigint NOT NULL,
    document_id bigint NOT NULL,
    kind text NOT NULL,
    path text NOT NULL,
    symbol text,
    start_line integer NOT NULL,
    end_line integer NOT NULL,
    unit_start_line integer NOT NULL,
    unit_end_line integer NOT NULL,
    context text NOT NULL,
    content text NOT NULL,
    text_hash bytea NOT NULL,
    embedding halfvec NOT NULL,
    terms sparsevec NOT NULL,                   -- BM25 weight of each term, by the term's number
    PRIMARY KEY (repository_id, id)
) PARTITION BY LIST (repository_id);

-- The searched columns stay in the row; the text, read for the few results alone, moves out.
ALTER TABLE chunks ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE chunks ALTER COLUMN terms SET STORAGE MAIN;

CREATE INDEX chunks_unit ON chunks (index_id, path, unit_start_line);

-- In how many chunks of an index a term stands.
CREATE TABLE lexicon (
    repository_id bigint NOT NULL,
    index_id bigint NOT NULL REFERENCES indexes ON DELETE CASCADE,
    term integer NOT NULL,
    chunks integer NOT NULL,
    PRIMARY KEY (index_id, term)
);

CREATE TABLE symbols (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repository_id bigint NOT NULL,
    index_id bigint NOT NULL REFERENCES indexes ON DELETE CASCADE,
    document_id bigint NOT NULL REFERENCES documents ON DELETE CASCADE,
    qualified_name text NOT NULL,
    name text NOT NULL GENERATED ALWAYS AS (regexp_replace(qualified_name, '^.*\.', '')) STORED,
    kind text NOT NULL,
    signature text,
    summary text,
    path text NOT NULL,
    start_line integer NOT NULL,
    end_line integer NOT NULL
);

CREATE INDEX symbols_name ON symbols (index_id, lower(name));
CREATE INDEX symbols_document ON symbols (document_id);

ALTER TABLE indexes ENABLE ROW LEVEL SECURITY;
ALTER TABLE documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE chunks ENABLE ROW LEVEL SECURITY;
ALTER TABLE lexicon ENABLE ROW LEVEL SECURITY;
ALTER TABLE symbols ENABLE ROW LEVEL SECURITY;

CREATE POLICY one_repository ON indexes
    USING (repository_id = fury_bot_repository());
CREATE POLICY one_repository ON documents
    USING (repository_id = fury_bot_repository());
CREATE POLICY one_repository ON chunks
    USING (repository_id = fury_bot_repository());
CREATE POLICY one_repository ON lexicon
    USING (repository_id = fury_bot_repository());
CREATE POLICY one_repository ON symbols
    USING (repository_id = fury_bot_repository());

-- The parent of the partitions is granted, not the partitions: there is no way round its policy.
GRANT SELECT, INSERT, UPDATE, DELETE ON indexes, documents, chunks, lexicon, symbols
    TO fury_bot_tenant;

-- A partition is filled and searched by itself, and goes with its repository. ATTACH, unlike
-- CREATE TABLE … PARTITION OF, leaves the other repositories readable meanwhile.
CREATE FUNCTION create_knowledge_partition(repository bigint) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    EXECUTE format(
        'CREATE TABLE IF NOT EXISTS chunks_%1$s (LIKE chunks INCLUDING ALL EXCLUDING IDENTITY)',
        repository
    );
    IF NOT EXISTS (
        SELECT FROM pg_inherits WHERE inhrelid = format('chunks_%1$s', repository)::regclass
    ) THEN
        EXECUTE format(
            'ALTER TABLE chunks ATTACH PARTITION chunks_%1$s FOR VALUES IN (%1$s)', repository
        );
    END IF;
END
$$;

-- A repository that is forgotten leaves no text and no vector behind. Its partition stays, empty:
-- dropping it would have to wait for every search and make every later one wait. Another
-- repository with the same text has its own copy of the vectors.
CREATE FUNCTION empty_knowledge_partition() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF to_regclass(format('chunks_%s', old.id)) IS NOT NULL THEN
        EXECUTE format(
            'DELETE FROM embeddings WHERE text_hash IN (SELECT text_hash FROM chunks_%s)', old.id
        );
        EXECUTE format('TRUNCATE chunks_%s', old.id);
    END IF;
    RETURN old;
END
$$;

CREATE TRIGGER empty_knowledge_partition
    AFTER DELETE ON repositories
    FOR EACH ROW EXECUTE FUNCTION empty_knowledge_partition();
