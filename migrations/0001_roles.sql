-- Vectors, and the role that reads and writes one repository's knowledge.

CREATE EXTENSION IF NOT EXISTS vector;

-- Roles belong to the whole server, so another database of this server may have made it, even at
-- this very moment. The name is taken on with SET LOCAL ROLE: row-level security then holds for
-- superusers and table owners too.
DO $$
BEGIN
    CREATE ROLE fury_bot_tenant NOLOGIN NOBYPASSRLS;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

DO $$
BEGIN
    IF NOT pg_has_role(current_user, 'fury_bot_tenant', 'SET') THEN
        EXECUTE format('GRANT fury_bot_tenant TO %I', current_user);
    END IF;
END
$$;

-- The repository that the running transaction is scoped to; NULL, and so no row, when it is unset.
CREATE FUNCTION fury_bot_repository() RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT nullif(current_setting('fury_bot.repository_id', true), '')::bigint
$$;
