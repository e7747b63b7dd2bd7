-- Who installed the App, and the repositories that fury-bot knows.

CREATE TABLE installations (
    id bigint PRIMARY KEY,                      -- GitHub's id
    account text NOT NULL,
    suspended_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE repositories (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (name ~ '^[^/[:space:]]+/[^/[:space:]]+$'),  -- owner/name
    url text NOT NULL,                          -- where its permalinks begin
    github_id bigint UNIQUE,
    installation_id bigint REFERENCES installations ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- GitHub's names compare without case.
CREATE UNIQUE INDEX repositories_name ON repositories (lower(name));
CREATE INDEX repositories_installation ON repositories (installation_id);
