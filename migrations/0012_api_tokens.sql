-- Who may ask over the HTTP API, and how much was asked.

CREATE TABLE api_tokens (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    digest bytea NOT NULL UNIQUE CHECK (octet_length(digest) = 32),  -- SHA-256; not the token
    repositories text[],                        -- owner/name, lower case; NULL is all
    per_minute integer CHECK (per_minute > 0),  -- NULL is no limit
    per_day integer CHECK (per_day > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz
);

CREATE TABLE api_token_usage (
    token_id bigint NOT NULL REFERENCES api_tokens ON DELETE CASCADE,
    span text NOT NULL CHECK (span IN ('minute', 'day')),
    began timestamptz NOT NULL,                 -- of the newest span in which something was asked
    requests integer NOT NULL,
    PRIMARY KEY (token_id, span)
);
