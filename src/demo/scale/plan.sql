-- What each request of a chunk is: who, where, what, and how far it has come. The same numbers always give the same requests.
CREATE TEMP TABLE scale_plan AS
WITH picked AS MATERIALIZED (
    SELECT i, k.now, m.at, m.day, m.accept_by AS accept_working, m.general_by, m.complex_by, p.community, p.unit, p.lat, p.lon, p.c,
        'SQ-' || to_char(m.day, 'MMDD') || '-' || lpad(v.nth, greatest(4, length(v.nth)), '0') AS number,
        t.code, t.title, t.class AS listed, t.danger, s.text || '，' || t.text || '，' || l.text || '。' AS text, s.tok || t.tok || l.tok AS tok,
        o.organization, o.name AS organization_name, o.handler, f.person AS staff, r.person AS resident,
        lpad(to_hex((extract(epoch FROM m.at) * 1000)::bigint), 12, '0') AS stamp, i::double precision / k.total AS p,
        pg_temp.u(i, 7) AS u7, pg_temp.u(i, 8) AS u8, pg_temp.u(i, 9) AS u9, pg_temp.u(i, 10) AS u10, pg_temp.u(i, 11) AS u11,
        pg_temp.u(i, 12) AS u12, pg_temp.u(i, 13) AS u13, pg_temp.u(i, 14) AS u14
    FROM scale_counts k CROSS JOIN generate_series({from}::bigint, {to}::bigint) i
    JOIN scale_moments m ON m.n = i * k.moments / k.total
    CROSS JOIN LATERAL (SELECT (i - m.first + 1 + m.taken)::text AS nth) v
    JOIN scale_texts t ON t.n = floor(power(pg_temp.u(i, 1), 1.4) * k.texts)::integer
    JOIN scale_spots s ON s.n = floor(pg_temp.u(i, 2) * k.spots)::integer
    JOIN scale_tails l ON l.n = floor(pg_temp.u(i, 3) * k.tails)::integer
    JOIN scale_places p ON p.n = floor(pg_temp.u(i, 4) * k.places)::integer
    JOIN scale_residents r ON r.n = p.c * k.residents + floor(pg_temp.u(i, 5) * k.residents)::integer
    JOIN scale_units o ON o.n = t.unit
    JOIN scale_staff f ON f.c = p.c
), classed AS MATERIALIZED (
    -- Only what is young and not urgent still waits to be taken.
    SELECT *, at > now - interval '24 hours' AND listed IN ('general_7d', 'complex_15d') AND u10 < 0.7 AS waits,
        CASE WHEN u12 < 0.70 THEN 'resident' WHEN u12 < 0.75 THEN 'courier' WHEN u12 < 0.85 THEN 'worker_phone'
            WHEN u12 < 0.93 THEN 'worker_walk_in' ELSE 'wechat_group' END AS source
    FROM picked
), due AS MATERIALIZED (
    SELECT *, CASE WHEN waits AND u11 < 0.3 THEN 'general_7d' ELSE listed END AS class,
        CASE WHEN source IN ('resident', 'courier') OR u13 < 0.5 THEN resident END AS reporter,
        CASE WHEN waits AND u11 < 0.3 THEN general_by ELSE CASE listed WHEN 'danger_2h' THEN at + interval '2 hours'
            WHEN 'utility_24h' THEN at + interval '24 hours' WHEN 'complex_15d' THEN complex_by ELSE general_by END END AS due,
        CASE WHEN listed IN ('danger_2h', 'utility_24h') THEN at + interval '2 hours' ELSE accept_working END AS accept_by
    FROM classed
), timed AS MATERIALIZED (
    SELECT *, CASE WHEN u9 < 0.92 THEN at + (due - at) * (0.3 + 0.6 * u8) ELSE due + interval '1 day' * (0.1 + u8) END AS answered_at
    FROM due
), taken AS MATERIALIZED (
    SELECT *, at + least(interval '90 minutes' * u7, (answered_at - at) * 0.5) AS accepted_at,
        answered_at + CASE WHEN reporter IS NOT NULL AND u14 < 0.6 THEN interval '1 day' * u13 ELSE interval '7 days' END AS over_at
    FROM timed
), stated AS MATERIALIZED (
    SELECT *, least(now, accepted_at + least(interval '10 hours', (answered_at - accepted_at) * 0.3)) AS contact_at,
        CASE WHEN u11 >= 0.985 THEN 'cancelled' WHEN waits AND u11 < 0.3 THEN 'submitted' WHEN waits THEN 'dispatched'
            WHEN p > 0.8 AND u10 < 0.5 OR answered_at > now THEN 'in_progress' WHEN over_at > now THEN 'answered' ELSE 'closed' END AS state
    FROM taken
), late AS MATERIALIZED (
    SELECT *, state IN ('submitted', 'dispatched') AS untaken,
        CASE WHEN state IN ('submitted', 'dispatched') THEN accept_by ELSE due END AS lag_due,
        CASE WHEN state IN ('submitted', 'dispatched') THEN interval '4 hours' ELSE interval '1 day' END AS gap
    FROM stated
), stepped AS MATERIALIZED (
    SELECT *, CASE
            WHEN state IN ('submitted', 'dispatched', 'in_progress') AND lag_due < now
                THEN least(3, 1 + floor(extract(epoch FROM now - lag_due) / extract(epoch FROM gap)))::integer
            WHEN state IN ('answered', 'closed') AND answered_at > due THEN 1 + (answered_at > due + interval '1 day')::integer
            ELSE 0 END AS step,
        CASE state WHEN 'submitted' THEN 1 WHEN 'cancelled' THEN 1 WHEN 'dispatched' THEN 2 ELSE 4 END AS before_steps
    FROM late
)
SELECT *, (stamp || '7' || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid AS id,
    (stamp || '7' || substr(md5('a' || i), 1, 3) || '8' || substr(md5('a' || i), 4, 15))::uuid AS assignment_id,
    before_steps + step AS stepped, before_steps + step + CASE state WHEN 'answered' THEN 1 WHEN 'closed' THEN 2 WHEN 'cancelled' THEN 1 ELSE 0 END AS event_last,
    state NOT IN ('submitted', 'cancelled') AS given, state IN ('answered', 'closed') AS is_answered,
    u13 < 0.4 AS is_public, at + interval '2 hours' * u7 AS withdrawn_at,
    CASE WHEN state NOT IN ('answered', 'closed') THEN NULL WHEN u8 < 0.80 THEN 'solved' WHEN u8 < 0.90 THEN 'partly_solved'
        WHEN u8 < 0.95 THEN 'cannot_be_solved' ELSE 'not_a_duty' END AS outcome,
    CASE class WHEN 'danger_2h' THEN 2 WHEN 'utility_24h' THEN 24 WHEN 'complex_15d' THEN 15 ELSE 7 END AS amount,
    class IN ('danger_2h', 'utility_24h') AS on_call, state = 'closed' AND reporter IS NOT NULL AND u14 < 0.6 AS rated
FROM stepped;
