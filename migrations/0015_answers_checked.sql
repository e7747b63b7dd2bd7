-- What was asked for, how a follow-up was understood, and what the checks left in the answer.

ALTER TABLE answers
    ADD COLUMN task text NOT NULL DEFAULT 'question',
    ADD COLUMN standalone text NOT NULL DEFAULT '',
    ADD COLUMN checks jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN note text NOT NULL DEFAULT '';
