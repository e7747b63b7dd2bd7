-- What a name takes, what it inherits, since when it is there, and by which paths it is reached.

ALTER TABLE symbols
    ADD COLUMN local_name text NOT NULL DEFAULT '',  -- within its module; '' of the module itself
    ADD COLUMN owner text NOT NULL
        GENERATED ALWAYS AS (regexp_replace(qualified_name, '\.?[^.]*$', '')) STORED,
    -- Under row-level security an index serves a comparison only where every function in it is
    -- leakproof, and lower() is not: the folded name is a column of its own.
    ADD COLUMN folded text NOT NULL
        GENERATED ALWAYS AS (lower(regexp_replace(qualified_name, '^.*\.', ''))) STORED,
    ADD COLUMN parameters jsonb,                     -- [[name, kind, default, annotation], …]
    ADD COLUMN overloads jsonb,                      -- the parameters of each
    ADD COLUMN bases text[] NOT NULL DEFAULT '{}',   -- of a class, as written
    ADD COLUMN ancestors text[] NOT NULL DEFAULT '{}',       -- the repository's, nearest first
    ADD COLUMN external_bases text[] NOT NULL DEFAULT '{}',  -- those of other packages
    ADD COLUMN is_open boolean NOT NULL DEFAULT false,       -- it may have members not listed
    ADD COLUMN decorators text[] NOT NULL DEFAULT '{}',
    ADD COLUMN deprecated text,                      -- what it says of its deprecation
    ADD COLUMN since text;                           -- the version that added it

DROP INDEX symbols_name;
CREATE INDEX symbols_folded ON symbols (index_id, folded);
CREATE INDEX symbols_qualified_name ON symbols (index_id, qualified_name);
CREATE INDEX symbols_owner ON symbols (index_id, owner);

-- Another path by which a name is reached: a re-export, an import, an assignment.
CREATE TABLE symbol_aliases (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repository_id bigint NOT NULL,
    index_id bigint NOT NULL REFERENCES indexes ON DELETE CASCADE,
    document_id bigint NOT NULL REFERENCES documents ON DELETE CASCADE,  -- where it is bound
    alias text NOT NULL,
    owner text NOT NULL GENERATED ALWAYS AS (regexp_replace(alias, '\.?[^.]*$', '')) STORED,
    folded text NOT NULL
        GENERATED ALWAYS AS (lower(regexp_replace(alias, '^.*\.', ''))) STORED,
    target text NOT NULL,                            -- the definition, through however many steps
    kind text NOT NULL CHECK (kind IN ('symbol', 'external', 'missing'))
);

CREATE INDEX symbol_aliases_alias ON symbol_aliases (index_id, alias);
CREATE INDEX symbol_aliases_owner ON symbol_aliases (index_id, owner);
CREATE INDEX symbol_aliases_folded ON symbol_aliases (index_id, folded);
CREATE INDEX symbol_aliases_document ON symbol_aliases (document_id);

-- What each Python file says of names in others. From all of them the aliases are made anew
-- whenever one changes.
CREATE TABLE module_facts (
    document_id bigint PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
    repository_id bigint NOT NULL,
    index_id bigint NOT NULL REFERENCES indexes ON DELETE CASCADE,
    module text NOT NULL,                            -- the name it is imported by
    facts json NOT NULL
);

CREATE INDEX module_facts_index ON module_facts (index_id);

ALTER TABLE symbol_aliases ENABLE ROW LEVEL SECURITY;
ALTER TABLE module_facts ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_repository ON symbol_aliases
    USING (repository_id = fury_bot_repository());
CREATE POLICY one_repository ON module_facts
    USING (repository_id = fury_bot_repository());
GRANT SELECT, INSERT, UPDATE, DELETE ON symbol_aliases, module_facts TO fury_bot_tenant;
