-- Three questions to all hosts at once, for psql:
--     psql -d danegate -v recipient=user@example.org -f queries.sql

-- What happened to the mail of a recipient in the last thirty days, and why? For an id from a bounce: WHERE trace = '01K…'.
SELECT at, mta, ruling, would, outcome, code, host, failing_for, sender, trace, coalesce(cause, passed) AS why
FROM danegate.rulings
WHERE recipient = :'recipient' AND at > now() - interval '30 days'
ORDER BY at DESC LIMIT 100;

-- Who was broken in the last seven days, for how many, as how many hosts saw it?
SELECT domain, outcome, count(*) AS refused, count(*) FILTER (WHERE ruling = 'accept') AS only_monitored,
    count(DISTINCT mta) AS mtas, min(at) AS first, max(at) AS last, (array_agg(cause ORDER BY at DESC))[1] AS last_cause
FROM danegate.rulings
WHERE at > now() - interval '7 days' AND (ruling <> 'accept' OR would IS NOT NULL)
GROUP BY domain, outcome
ORDER BY refused DESC LIMIT 50;

-- Which hosts have judged the same domain differently within the last hour? A host that stands alone here often has trouble of its
-- own: its resolver, its way to port 25, its clock.
SELECT domain, outcome, array_agg(DISTINCT mta) AS mtas, count(*) AS recipients, max(at) AS last
FROM danegate.rulings
WHERE at > now() - interval '1 hour' AND outcome IS NOT NULL AND domain IN (
    SELECT domain FROM danegate.rulings WHERE at > now() - interval '1 hour' AND outcome IS NOT NULL
    GROUP BY domain HAVING count(DISTINCT outcome) > 1 AND count(DISTINCT mta) > 1)
GROUP BY domain, outcome
ORDER BY domain, recipients DESC;
