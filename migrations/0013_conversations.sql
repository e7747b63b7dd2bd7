-- What was said is kept with the conversation, so that it goes when its owner or its age says so.

DROP TABLE conversation_turns;

CREATE TABLE conversation_turns (
    repository_id bigint NOT NULL REFERENCES repositories ON DELETE CASCADE,
    conversation_id bigint NOT NULL REFERENCES conversations ON DELETE CASCADE,
    number integer NOT NULL,
    question text NOT NULL,
    response text NOT NULL,
    delivery_id text,                           -- it is remembered once; NULL where none brought it
    said_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (conversation_id, number),
    UNIQUE (conversation_id, delivery_id)
);

CREATE INDEX conversation_turns_repository ON conversation_turns (repository_id);
CREATE INDEX conversation_turns_said ON conversation_turns (said_at);
-- Somebody's conversations are found, and forgotten, over all repositories.
CREATE INDEX conversations_owner ON conversations (owner);

ALTER TABLE conversations ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation_turns ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_repository ON conversations
    USING (repository_id = fury_bot_repository());
CREATE POLICY one_repository ON conversation_turns
    USING (repository_id = fury_bot_repository());
GRANT SELECT, INSERT, UPDATE, DELETE ON conversations, conversation_turns TO fury_bot_tenant;
