-- What of GitHub is remembered, so that it is not asked for again.

-- Folders by git's name of what they hold, which never changes: two trees are compared by the
-- names, and only folders of unknown names are read.
CREATE TABLE git_trees (
    repository_id bigint NOT NULL REFERENCES repositories ON DELETE CASCADE,
    oid text NOT NULL,
    entries jsonb NOT NULL,                     -- [[name, type, mode, oid, size, node id], …]
    used_at timestamptz NOT NULL DEFAULT now(), -- the last day on which a tree held it
    PRIMARY KEY (repository_id, oid)
);

ALTER TABLE git_trees ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_repository ON git_trees
    USING (repository_id = fury_bot_repository());
GRANT SELECT, INSERT, UPDATE, DELETE ON git_trees TO fury_bot_tenant;

-- How far the threads of a repository were read, newest first.
CREATE TABLE thread_readings (
    repository_id bigint NOT NULL REFERENCES repositories ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('discussion', 'issue')),
    cursor text,                                -- GitHub's, of the last page read
    threads integer NOT NULL DEFAULT 0,         -- looked at so far
    is_done boolean NOT NULL DEFAULT false,
    PRIMARY KEY (repository_id, kind)
);

ALTER TABLE repositories
    ADD COLUMN followed jsonb;                  -- the refs and threads that were last asked for
