-- Vectors stand apart from the text: a chunk is found by its words before the model has read it,
-- and a vector that is written later copies no text.

CREATE TABLE chunk_vectors (
    repository_id bigint NOT NULL,
    index_id bigint NOT NULL,
    chunk_id bigint NOT NULL,
    is_gist boolean NOT NULL DEFAULT false,     -- of the unit's gist, not of the chunk's text
    embedding halfvec NOT NULL,
    PRIMARY KEY (repository_id, chunk_id, is_gist)
) PARTITION BY LIST (repository_id);

-- Read in order by an exact scan: out of line, each vector would be a look-up of its own.
ALTER TABLE chunk_vectors ALTER COLUMN embedding SET STORAGE PLAIN;

CREATE INDEX chunk_vectors_index ON chunk_vectors (index_id);

ALTER TABLE chunk_vectors ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_repository ON chunk_vectors
    USING (repository_id = fury_bot_repository());
GRANT SELECT, INSERT, UPDATE, DELETE ON chunk_vectors TO fury_bot_tenant;

-- By a text's hash come the chunks that wait for its vector.
CREATE INDEX chunks_text ON chunks (text_hash);

CREATE OR REPLACE FUNCTION create_knowledge_partition(repository bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    parent text;
    part text;
BEGIN
    FOREACH parent IN ARRAY ARRAY['chunks', 'chunk_vectors'] LOOP
        part := format('%s_%s', parent, repository);
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS %I (LIKE %I INCLUDING ALL EXCLUDING IDENTITY)',
            part, parent
        );
        IF NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = part::regclass) THEN
            EXECUTE format(
                'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%s)', parent, part, repository
            );
        END IF;
    END LOOP;
END
$$;

DO $$
BEGIN
    PERFORM create_knowledge_partition(id) FROM repositories;
END
$$;

INSERT INTO chunk_vectors (repository_id, index_id, chunk_id, embedding)
SELECT repository_id, index_id, id, embedding FROM chunks;

ALTER TABLE chunks DROP COLUMN embedding;

-- A unit in a few words, on the first of its chunks: embedded by itself.
ALTER TABLE chunks
    ADD COLUMN gist text,
    ADD COLUMN gist_hash bytea;                 -- sha256 of the gist

CREATE INDEX chunks_gist ON chunks (gist_hash);

-- The texts that a model has yet to read. Workers share them: each takes rows that no other holds.
-- A text stands here once, in however many indexes of the repository it is.
CREATE TABLE unembedded (
    repository_id bigint NOT NULL,
    model text NOT NULL,
    text_hash bytea NOT NULL,
    characters integer NOT NULL,                -- of the text: like lengths share a batch
    PRIMARY KEY (repository_id, model, text_hash)
);

CREATE INDEX unembedded_longest ON unembedded (repository_id, model, characters DESC);

ALTER TABLE unembedded ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_repository ON unembedded
    USING (repository_id = fury_bot_repository());
GRANT SELECT, INSERT, UPDATE, DELETE ON unembedded TO fury_bot_tenant;

-- A worker holds its rows while the model runs. A repository is forgotten once they are free, and
-- before anything else of it is locked, so that the worker can still finish.
CREATE FUNCTION drop_unembedded() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    DELETE FROM unembedded WHERE repository_id = old.id;
    RETURN old;
END
$$;

CREATE TRIGGER drop_unembedded
    BEFORE DELETE ON repositories
    FOR EACH ROW EXECUTE FUNCTION drop_unembedded();

CREATE OR REPLACE FUNCTION empty_knowledge_partition() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF to_regclass(format('chunks_%s', old.id)) IS NOT NULL THEN
        EXECUTE format(
            'DELETE FROM embeddings WHERE text_hash IN ('
            '    SELECT text_hash FROM chunks_%1$s UNION ALL SELECT gist_hash FROM chunks_%1$s)',
            old.id
        );
        EXECUTE format('TRUNCATE chunks_%s', old.id);
    END IF;
    IF to_regclass(format('chunk_vectors_%s', old.id)) IS NOT NULL THEN
        EXECUTE format('TRUNCATE chunk_vectors_%s', old.id);
    END IF;
    RETURN old;
END
$$;

-- A transaction scoped to a repository reads the cache by the hash of a text that it holds, and
-- cannot list what others hold.
CREATE FUNCTION known_embeddings(of_model text, hashes bytea[])
RETURNS TABLE (text_hash bytea, vector halfvec)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
AS $$
    SELECT text_hash, vector FROM embeddings WHERE model = of_model AND text_hash = ANY(hashes)
$$;

CREATE FUNCTION keep_embeddings(of_model text, hashes bytea[], vectors halfvec[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
    INSERT INTO embeddings (text_hash, model, vector)
    SELECT text_hash, of_model, vector FROM unnest(hashes, vectors) AS kept (text_hash, vector)
    ON CONFLICT DO NOTHING
$$;

REVOKE EXECUTE ON FUNCTION known_embeddings, keep_embeddings FROM PUBLIC;
GRANT EXECUTE ON FUNCTION known_embeddings, keep_embeddings TO fury_bot_tenant;

ALTER TABLE embeddings
    ADD COLUMN unused_since timestamptz;        -- when a sweep first found it in no index

-- Conversations (answered discussions, closed issues) are an index of their own beside the trees.
ALTER TABLE indexes ADD COLUMN kind text NOT NULL DEFAULT 'tree'
    CHECK (kind IN ('tree', 'threads'));
ALTER TABLE indexes DROP CONSTRAINT indexes_repository_id_ref_model_key;
ALTER TABLE indexes ADD UNIQUE (repository_id, kind, ref, model);

-- Another model's index of the same ref is searched only once it is whole; then the old one goes.
ALTER TABLE indexes ADD COLUMN answers boolean NOT NULL DEFAULT true;
CREATE UNIQUE INDEX indexes_answers ON indexes (repository_id, kind, ref) WHERE answers;
ALTER TABLE indexes ALTER COLUMN dimension DROP NOT NULL;  -- not known before the first vector

-- A file is known by git's name of its content, so that trees are compared without reading files.
-- What an earlier release wrote is of no cut that there is, and so is cut anew.
ALTER TABLE documents RENAME COLUMN content_hash TO blob_id;
ALTER TABLE documents
    ADD COLUMN cut integer NOT NULL DEFAULT 0,  -- the way it was cut into chunks
    ADD COLUMN left_out text,                   -- why none of it is indexed, if none is
    ADD COLUMN url text,                        -- of a thread; a file's comes from its path
    ADD COLUMN dated timestamptz;               -- when a thread was answered
ALTER TABLE documents ALTER COLUMN cut DROP DEFAULT;
