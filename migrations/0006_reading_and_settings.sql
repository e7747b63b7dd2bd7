-- What a question must know of a repository beside its index.

ALTER TABLE repositories
    ADD COLUMN refused_at timestamptz,          -- its archive could not be read; NULL when it could
    ADD COLUMN settings_mistake text;           -- what was wrong in its settings when last told
