-- The rows of a chunk, table by table.
INSERT INTO requests (id, number, filed_on, community_id, grid_unit_id, source, category, title, lat, lon, public, publication, reporter_id,
    entered_by, state, desk, organization_id, lead_id, outcome, event_last, due_at, resolve_by, created_at, closed_at)
SELECT id, number, day, community, unit, source, CASE WHEN state <> 'submitted' THEN code END,
    CASE WHEN state = 'submitted' THEN left(text, 24) || '…' ELSE left(title, 60) END,
    CASE WHEN u14 > 0.4 THEN lat + (u7 - 0.5) / 1000 END, CASE WHEN u14 > 0.4 THEN lon + (u8 - 0.5) / 1000 END, is_public,
    CASE WHEN NOT is_public THEN 'private' WHEN u9 < 0.97 THEN 'published' WHEN u9 < 0.98 THEN 'pending' ELSE 'refused' END,
    reporter, CASE WHEN source NOT IN ('resident', 'courier') THEN staff END, state, CASE WHEN given THEN 'unit' ELSE 'community' END,
    CASE WHEN given THEN organization END, CASE WHEN given AND NOT untaken THEN handler END,
    CASE WHEN state = 'cancelled' THEN 'withdrawn' ELSE outcome END, event_last,
    CASE WHEN untaken THEN least(accept_by, due) WHEN state = 'in_progress' THEN due END, due, at,
    CASE state WHEN 'closed' THEN over_at WHEN 'cancelled' THEN withdrawn_at END
FROM scale_plan ORDER BY i;

INSERT INTO request_details (request_id, text, wants_contact, danger) SELECT id, text, u7 < 0.3, danger FROM scale_plan ORDER BY i;

INSERT INTO request_search (request_id, community_id, tok) SELECT id, community, tok || array_to_tsvector(
    ARRAY['#' || right(community::text, 12)] || CASE WHEN given THEN ARRAY['#' || right(organization::text, 12)] ELSE '{}' END
    || CASE WHEN danger IS NOT NULL THEN ARRAY['#danger'] ELSE '{}' END) FROM scale_plan ORDER BY i;

INSERT INTO request_assignments (id, request_id, organization_id, part, reason, from_sequence, created_at)
SELECT assignment_id, id, organization, 'lead', 'duty_list', 2, at FROM scale_plan WHERE given ORDER BY i;

INSERT INTO request_events (request_id, sequence, kind, state, role, person_id, organization_id, public_text, at)
SELECT e.* FROM scale_plan p CROSS JOIN LATERAL (
    SELECT id, 1, 'filed', 'submitted', CASE WHEN source IN ('resident', 'courier') THEN 'reporter' ELSE 'worker' END,
        CASE WHEN source IN ('resident', 'courier') THEN reporter ELSE staff END, NULL::uuid,
        CASE source WHEN 'resident' THEN '居民上报' WHEN 'courier' THEN '随手上报' WHEN 'worker_phone' THEN '来电代录'
            WHEN 'worker_walk_in' THEN '来访代录' ELSE '微信群转入' END, at
    UNION ALL SELECT id, 2, 'dispatched', 'dispatched', 'system', NULL, organization, '已派至' || organization_name, at WHERE given
    UNION ALL SELECT id, 3, 'accepted', 'in_progress', 'unit', handler, organization, NULL, accepted_at WHERE given AND NOT untaken
    UNION ALL SELECT id, 4, 'progress', 'in_progress', 'unit', handler, organization,
        (ARRAY['已联系您了解情况，尽快到现场查看。', '工作人员已到现场查看，正在安排处理。', '已列入今日处理计划，请保持电话畅通。'])[1 + floor(u14 * 3)::integer],
        contact_at WHERE given AND NOT untaken
    UNION ALL SELECT id, before_steps + k, (ARRAY['reminded', 'supervised', 'escalated'])[k], CASE WHEN is_answered THEN 'in_progress' ELSE state END,
        'system', NULL, CASE WHEN given THEN organization END,
        CASE WHEN untaken THEN '受理' ELSE '答复办结' END || (ARRAY['时限已到，已催办', '已逾期，已督办', '已逾期，已上报街道'])[k],
        CASE WHEN untaken THEN lag_due + (k - 1) * gap ELSE greatest(contact_at, lag_due + (k - 1) * gap) END FROM generate_series(1, step) k
    UNION ALL SELECT id, stepped + 1, 'answered', 'answered', 'unit', handler, organization, '您反映的问题已办理，结果见答复。', answered_at WHERE is_answered
    UNION ALL SELECT id, stepped + 2, CASE WHEN rated THEN 'rated' ELSE 'closed' END, 'closed', CASE WHEN rated THEN 'reporter' ELSE 'system' END,
        CASE WHEN rated THEN reporter END, NULL, CASE WHEN NOT rated THEN '答复后七日内未评价，自动办结' WHEN u7 < 0.9 THEN '满意' ELSE '不满意' END,
        over_at WHERE state = 'closed'
    UNION ALL SELECT id, 2, 'withdrawn', 'cancelled', 'reporter', reporter, NULL, '问题已自行解决', withdrawn_at WHERE state = 'cancelled'
) e ORDER BY p.i;

INSERT INTO request_answers (request_id, round, sequence, outcome, text, reason, legal_basis, instead, organization_id, answered_by, at,
    resolved, speed, effect, attitude, feedback, rated_at)
SELECT id, 1, stepped + 1, outcome,
    CASE outcome WHEN 'solved' THEN '您反映的问题已处理完毕并检查正常。如再次出现，请直接在原诉求下反馈。' WHEN 'partly_solved' THEN '已先行处理影响通行和安全的部分，其余已列入维修计划。'
        WHEN 'cannot_be_solved' THEN '经现场核实，目前不具备处理条件。' ELSE '经核实不属于本单位职责。' END,
    CASE WHEN outcome = 'cannot_be_solved' THEN '涉及建筑结构，须由业主大会决定。' END, CASE WHEN outcome = 'cannot_be_solved' THEN '《物业管理条例》' END,
    CASE WHEN outcome = 'not_a_duty' THEN '请向相关主管部门反映' END, organization, handler, answered_at,
    CASE WHEN rated THEN u7 < 0.9 END, CASE WHEN rated THEN CASE WHEN u7 < 0.9 THEN 5 ELSE 2 END END, CASE WHEN rated THEN CASE WHEN u7 < 0.9 THEN 4 ELSE 2 END END,
    CASE WHEN rated THEN 5 END, CASE WHEN rated THEN 4 END, CASE WHEN rated THEN over_at END
FROM scale_plan WHERE is_answered ORDER BY i;

INSERT INTO request_clocks (request_id, kind, round, organization_id, class, term, amount, started_at, due_at, provisional, state, ended_at, step, told_step, next_at)
SELECT c.* FROM scale_plan p CROSS JOIN LATERAL (
    SELECT id, 'accept', 1::smallint, CASE WHEN given THEN organization END, NULL, CASE WHEN on_call THEN 'wall_hours' ELSE 'working_hours' END, 2, at, accept_by, false,
        CASE WHEN untaken THEN 'running' WHEN state = 'cancelled' THEN 'dropped' WHEN accepted_at <= accept_by THEN 'met' ELSE 'late' END,
        CASE WHEN untaken THEN NULL WHEN state = 'cancelled' THEN withdrawn_at ELSE accepted_at END,
        CASE WHEN untaken THEN step ELSE 0 END::smallint, CASE WHEN untaken THEN step ELSE 0 END::smallint,
        CASE WHEN untaken AND step < 3 THEN accept_by + step * gap END
    UNION ALL SELECT id, 'contact', 1, CASE WHEN given THEN organization END, NULL, 'wall_hours', 24, at, at + interval '24 hours', false,
        CASE WHEN untaken THEN 'running' WHEN state = 'cancelled' THEN 'dropped' ELSE 'met' END,
        CASE WHEN untaken THEN NULL WHEN state = 'cancelled' THEN withdrawn_at ELSE contact_at END, 0, 0, CASE WHEN untaken THEN at + interval '24 hours' END
        WHERE reporter IS NOT NULL
    UNION ALL SELECT id, 'on_call', 1, organization, NULL, 'wall_hours', 0, at, at, false,
        CASE WHEN state = 'cancelled' THEN 'dropped' ELSE 'met' END, CASE WHEN state = 'cancelled' THEN withdrawn_at ELSE accepted_at END, 1, 1, NULL WHERE on_call
    UNION ALL SELECT id, 'resolve', 1, CASE WHEN given THEN organization END, class, CASE WHEN on_call THEN 'wall_hours' ELSE 'working_days' END, amount, at, due, false,
        CASE WHEN untaken OR state = 'in_progress' THEN 'running' WHEN state = 'cancelled' THEN 'dropped' WHEN answered_at <= due THEN 'met' ELSE 'late' END,
        CASE WHEN state = 'cancelled' THEN withdrawn_at WHEN is_answered THEN answered_at END,
        CASE WHEN untaken THEN 0 ELSE step END, CASE WHEN untaken THEN 0 ELSE step END,
        CASE WHEN untaken THEN due WHEN state = 'in_progress' AND step < 3 THEN due + step * gap END
) c ORDER BY p.i;
DROP TABLE scale_plan;
