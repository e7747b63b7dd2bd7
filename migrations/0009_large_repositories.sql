-- Searching the words of large repositories: a GIN index over each chunk's terms, and the function
-- that reads it.

-- The terms of a chunk as keys of the GIN index. The index's id in the upper half of each keeps
-- the versions that share a partition apart. The text of a sparsevec, {place:weight,…}/dimensions,
-- is the one face of it that SQL can take apart.
CREATE FUNCTION lexical_keys(index_id bigint, terms sparsevec) RETURNS bigint[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT coalesce(array_agg(index_id << 32 | split_part(entry, ':', 1)::bigint), '{}')
    FROM string_to_table(substr(split_part(terms::text, '}', 1), 2), ',') AS entry
    WHERE entry <> ''
$$;

-- The best of one index's chunks for weighted terms (number from 0, weight), by the inner product
-- with their BM25 weights.
--
-- A GIN index knows which chunks hold a term and not how much it weighs there, so at most budget
-- chunks are fetched and scored: those of the heaviest terms whose lists fit into the budget, then
-- those that hold two, three or four of the other terms together. A list of a pair that was taken
-- covers every larger set with that pair in it. Where no valid index stands, all are scored.
--
-- Containment is not leakproof, so under row-level security no index may serve it. The function
-- therefore runs as the tables' owner and keeps to the transaction's repository itself: it reads
-- the partition of fury_bot_repository(), and nothing when that is unset.
CREATE FUNCTION lexical_candidates(
    searched bigint, query sparsevec, numbers integer[], weights real[], wanted integer,
    budget integer
) RETURNS TABLE (id bigint, score double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100
SET enable_seqscan = off -- the planner takes lexical_keys for as cheap as a column
SET jit = off
AS $$
DECLARE
    repository CONSTANT bigint := fury_bot_repository();
    part CONSTANT text := format('chunks_%s', repository);
    combined CONSTANT integer := 6; -- of the terms too frequent to be taken alone
    probes integer := 12;
    remaining integer := budget;
    total double precision;
    rare bigint[] := '{}';
    common bigint[] := '{}';
    shares double precision[] := '{}'; -- of the chunks that hold each of common
    worth double precision[] := '{}';
    covered integer[] := '{}'; -- sets of common, as bits
    asked record;
    probed record;
    ids bigint[];
    scores double precision[];
    all_ids bigint[] := '{}';
    all_scores double precision[] := '{}';
BEGIN
    IF repository IS NULL OR to_regclass(part) IS NULL THEN
        RETURN;
    END IF;
    IF NOT EXISTS (
        SELECT FROM pg_index
        WHERE indexrelid = to_regclass(format('%s_lexical', part)) AND indisvalid
    ) THEN
        RETURN QUERY EXECUTE format(
            'SELECT id, -(terms <#> $1) FROM %I WHERE index_id = $2 ORDER BY terms <#> $1 LIMIT $3',
            part
        ) USING query, searched, wanted;
        RETURN;
    END IF;

    SELECT greatest(chunks, 1) INTO total FROM indexes WHERE indexes.id = searched;
    FOR asked IN
        SELECT searched << 32 | (number + 1) AS key, chunks, weight
        FROM unnest(numbers, weights) AS term (number, weight)
        JOIN lexicon ON repository_id = repository AND index_id = searched
            AND lexicon.term = number
        ORDER BY weight DESC, chunks
    LOOP
        IF asked.chunks <= remaining THEN
            remaining := remaining - asked.chunks;
            rare := rare || asked.key;
        ELSIF cardinality(common) < combined THEN
            common := common || asked.key;
            shares := shares || asked.chunks / total;
            worth := worth || asked.weight::double precision;
        END IF;
    END LOOP;

    IF rare <> '{}' THEN
        EXECUTE format(
            'SELECT array_agg(id), array_agg(-(terms <#> $1)) FROM %I'
            ' WHERE lexical_keys(index_id, terms) && $2',
            part
        ) INTO ids, scores USING query, rare;
        all_ids := all_ids || ids;
        all_scores := all_scores || scores;
    END IF;

    FOR probed IN
        SELECT bits, keys FROM (
            SELECT bits, count(*) AS size, array_agg(common[place]) AS keys,
                total * exp(sum(ln(least(shares[place], 1)))) AS expected, sum(worth[place]) AS sum
            FROM generate_series(1, (1 << cardinality(common)) - 1) AS bits,
                generate_series(1, cardinality(common)) AS place
            WHERE bits & (1 << (place - 1)) <> 0
            GROUP BY bits
        ) AS sets
        -- The rarest term alone stands last, for when nothing else was found.
        WHERE size BETWEEN 2 AND 4 AND expected <= remaining OR bits = 1
        ORDER BY bits = 1, size, sum DESC
    LOOP
        EXIT WHEN remaining <= 0 OR probed.bits = 1 AND all_ids <> '{}';
        CONTINUE WHEN probes = 0 AND probed.bits <> 1 OR EXISTS (
            SELECT FROM unnest(covered) AS smaller WHERE probed.bits & smaller = smaller
        );
        probes := probes - 1;
        EXECUTE format(
            'SELECT array_agg(id), array_agg(-(terms <#> $1)) FROM ('
            '  SELECT id, terms FROM %I WHERE lexical_keys(index_id, terms) @> $2 LIMIT $3'
            ') AS holding',
            part
        ) INTO ids, scores USING query, probed.keys, remaining + 1;
        CONTINUE WHEN ids IS NULL;
        IF cardinality(ids) <= remaining THEN
            covered := covered || probed.bits;
            remaining := remaining - cardinality(ids);
        ELSIF probed.bits <> 1 THEN
            -- More than fit: some of them, and room is left for the larger sets.
            ids := ids[:remaining / 4];
            scores := scores[:remaining / 4];
            remaining := remaining - remaining / 4 - 1;
        END IF;
        all_ids := all_ids || ids;
        all_scores := all_scores || scores;
    END LOOP;

    RETURN QUERY
        SELECT found.id, max(found.score) FROM unnest(all_ids, all_scores) AS found (id, score)
        GROUP BY found.id ORDER BY 2 DESC LIMIT wanted;
END
$$;

-- What runs as the owner must not find its tables by a path that the caller has set.
DO $$
BEGIN
    EXECUTE format(
        'ALTER FUNCTION lexical_candidates SET search_path = %I, pg_temp', current_schema()
    );
END
$$;

REVOKE EXECUTE ON FUNCTION lexical_candidates FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lexical_candidates TO fury_bot_tenant;
