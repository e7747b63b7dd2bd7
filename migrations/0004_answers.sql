-- What came in, what was answered, and what people said of it.

-- A delivery is claimed by its row: the second insert of an id fails, and so does its job.
CREATE TABLE deliveries (
    id text PRIMARY KEY,                        -- X-GitHub-Delivery, or Discord's interaction id
    source text NOT NULL CHECK (source IN ('github', 'discord')),
    event text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX deliveries_received ON deliveries (received_at);

CREATE TABLE answers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repository_id bigint NOT NULL REFERENCES repositories ON DELETE CASCADE,
    delivery_id text UNIQUE,                    -- NULL for questions that came by no delivery
    thread text,                                -- node id of the discussion or issue
    question text NOT NULL,
    response text NOT NULL,
    sources jsonb NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    abstained boolean NOT NULL,
    confidence real NOT NULL,
    timings jsonb NOT NULL,
    commit_sha text NOT NULL,
    reply_id text,                              -- node id of the posted comment
    reply_url text,
    created_at timestamptz NOT NULL DEFAULT now(),
    posted_at timestamptz
);

CREATE INDEX answers_thread ON answers (thread);

CREATE TABLE feedback (
    answer_id bigint NOT NULL REFERENCES answers ON DELETE CASCADE,
    person text NOT NULL,
    rating smallint NOT NULL CHECK (rating IN (-1, 1)),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (answer_id, person)
);

CREATE TABLE conversations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repository_id bigint NOT NULL REFERENCES repositories ON DELETE CASCADE,
    owner text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (repository_id, owner)
);

CREATE TABLE conversation_turns (
    conversation_id bigint NOT NULL REFERENCES conversations ON DELETE CASCADE,
    number integer NOT NULL,
    answer_id bigint NOT NULL REFERENCES answers ON DELETE CASCADE,
    PRIMARY KEY (conversation_id, number)
);
