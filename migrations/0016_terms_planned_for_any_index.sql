-- The terms of a question are looked up in the lexicon one by one. Planned for the index at hand,
-- they may not be: of an index that came after the table was last analyzed PostgreSQL expects no
-- rows, takes reading them all for the cheapest way, and reads a hundred thousand. A plan for any
-- index has no such hopes, and is made once for a connection. The function's statements on
-- partitions are put together as text, and planned each time.
ALTER FUNCTION lexical_candidates SET plan_cache_mode = 'force_generic_plan';
