-- What was asked of the language-model services, so that no process passes a limit they set.

-- A row stands from its writing to `until`: the end that was reserved for, then the real one. A
-- window counts every row whose `until` lies in it or after it.
CREATE TABLE provider_usage (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account text NOT NULL,                      -- the provider
    repository text NOT NULL,
    until timestamptz NOT NULL,
    requests integer NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    is_folded boolean NOT NULL DEFAULT false    -- the sum of a minute that is long past
);

CREATE INDEX provider_usage_windows ON provider_usage (account, until)
    INCLUDE (requests, input_tokens, output_tokens, repository);
