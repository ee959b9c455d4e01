-- The table of the lines of all hosts. Run it once, in a database of its own, as a user who may create roles.
BEGIN;
CREATE SCHEMA danegate;

-- The keys and values of a line, or NULL if the line is not of the form that danegate writes (danegate-log(5)). Values stand there
-- as the log has them, without their quotes: a byte that is not printable ASCII as \xNN, a backslash doubled. What a stranger has
-- put into a value stays in this value: the whole line must have the form, and is read from its beginning.
CREATE FUNCTION danegate.fields(line text) RETURNS jsonb LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN line ~ '^[a-z][a-z0-9_]*=(?:"(?:[^"\\]|\\.)*"|[^ "=\\]+)(?: [a-z][a-z0-9_]*=(?:"(?:[^"\\]|\\.)*"|[^ "=\\]+))*$'
THEN (
    SELECT jsonb_object_agg(
        pair[1], CASE WHEN pair[2] LIKE '"%' THEN replace(substr(pair[2], 2, length(pair[2]) - 2), '\"', '"') ELSE pair[2] END)
    FROM regexp_matches(line, '([a-z][a-z0-9_]*)=("(?:[^"\\]|\\.)*"|[^ "=\\]+)', 'g') AS pair
) END;

-- A time as rsyslog writes it. Whoever sends a time that there is not, such as 30 February, has it replaced: rsyslog offers what
-- PostgreSQL refuses again and again, and all lines behind it would wait.
CREATE FUNCTION danegate.moment(said text) RETURNS timestamptz LANGUAGE plpgsql STABLE STRICT AS $$
BEGIN
    RETURN said::timestamptz;
EXCEPTION WHEN data_exception THEN
    RETURN now();
END
$$;

CREATE TABLE danegate.lines (
    at timestamptz NOT NULL,    -- when the host says that it was logged
    host text NOT NULL,         -- what the host calls itself
    peer text NOT NULL,         -- the address that the line came from
    line text NOT NULL,
    fields jsonb GENERATED ALWAYS AS (danegate.fields(line)) STORED
);
-- A line that comes twice, because a connection broke, is there once.
CREATE UNIQUE INDEX ON danegate.lines (at, hashtextextended(host, 0), hashtextextended(line, 0));
-- Other indexes would refuse a long value, and with it hold up all lines behind.
CREATE INDEX ON danegate.lines USING hash ((fields ->> 'domain'));
CREATE INDEX ON danegate.lines USING hash ((fields ->> 'to'));
CREATE INDEX ON danegate.lines USING hash ((fields ->> 'trace'));

-- One row a recipient. What the log has as - is NULL.
CREATE VIEW danegate.rulings AS
SELECT at, host AS mta, fields ->> 'ruling' AS ruling, fields ->> 'mode' AS mode, fields ->> 'would' AS would,
    fields ->> 'to' AS recipient, nullif(fields ->> 'domain', '-') AS domain, nullif(fields ->> 'outcome', '-') AS outcome,
    nullif(fields ->> 'code', '-') AS code, nullif(fields ->> 'host', '-') AS host, fields ->> 'cached' = 'yes' AS cached,
    substring(fields ->> 'waited_ms' FROM '^[0-9]{1,12}\.[0-9]$')::numeric AS waited_ms,
    nullif(fields ->> 'failing_for', '-') AS failing_for, fields ->> 'trace' AS trace,
    nullif(fields ->> 'client', '-') AS client, nullif(fields ->> 'qid', '-') AS qid, nullif(fields ->> 'from', '-') AS sender,
    fields ->> 'sasl' AS sasl, fields ->> 'via' AS via, fields ->> 'own_hop' AS own_hop, fields ->> 'passed' AS passed,
    fields ->> 'cause' AS cause
FROM danegate.lines WHERE fields ? 'ruling';

-- Who writes may do nothing else; who reads, neither. rsyslog's quoting is right only with standard_conforming_strings.
CREATE ROLE danegate_log LOGIN;
ALTER ROLE danegate_log SET standard_conforming_strings = on;
GRANT USAGE ON SCHEMA danegate TO danegate_log;
GRANT INSERT ON danegate.lines TO danegate_log;
CREATE ROLE danegate_read;
GRANT USAGE ON SCHEMA danegate TO danegate_read;
GRANT SELECT ON danegate.lines, danegate.rulings TO danegate_read;
COMMIT;
