-- When a community works: the published holidays and make-up days of each year, and the hours of each community. A deadline in
-- working time is counted from these rows; a year that isn't here counts as weekends and fixed dates, and says so.

CREATE TABLE calendar_years (
    year integer PRIMARY KEY CHECK (year BETWEEN 2020 AND 2100),
    provisional boolean NOT NULL,
    source text NOT NULL CHECK (length(source) BETWEEN 1 AND 200),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    updated_at timestamptz NOT NULL DEFAULT palm_now()
);
COMMENT ON TABLE calendar_years IS 'Years whose holidays are entered. Owner: people/calendar';
COMMENT ON COLUMN calendar_years.year IS 'The year [class: none] [retention: for ever]';
COMMENT ON COLUMN calendar_years.provisional IS 'True until the arrangement is published: deadlines that touch the year may still move [class: none] [retention: for ever]';
COMMENT ON COLUMN calendar_years.source IS 'Where it comes from [class: none] [retention: for ever]';
COMMENT ON COLUMN calendar_years.version IS 'Counts edits [class: none] [retention: for ever]';
COMMENT ON COLUMN calendar_years.updated_at IS 'Last edit [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON calendar_years TO palm_app;

CREATE TABLE calendar_days (
    date date PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('holiday', 'workday')),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 20)
);
COMMENT ON TABLE calendar_days IS 'Dates that are not ordinary ones. Owner: people/calendar';
COMMENT ON COLUMN calendar_days.date IS 'The date in Asia/Shanghai [class: none] [retention: for ever]';
COMMENT ON COLUMN calendar_days.kind IS 'holiday: nobody works; workday: a weekend day that is worked instead of another [class: none] [retention: for ever]';
COMMENT ON COLUMN calendar_days.name IS 'What it is called [class: none] [retention: for ever]';
GRANT SELECT, INSERT, DELETE ON calendar_days TO palm_app;

CREATE TABLE community_hours (
    community_id uuid NOT NULL REFERENCES grid_units (id),
    weekday integer NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    opens integer NOT NULL CHECK (opens BETWEEN 0 AND 1439),
    closes integer NOT NULL CHECK (closes BETWEEN 1 AND 1440),
    version integer NOT NULL CHECK (version > 0),
    updated_at timestamptz NOT NULL DEFAULT palm_now(),
    PRIMARY KEY (community_id, weekday, opens),
    CHECK (opens < closes)
);
COMMENT ON TABLE community_hours IS 'Hours in which a community works; none: Monday to Friday 08:30-12:00 and 14:30-17:30. Owner: people/calendar';
COMMENT ON COLUMN community_hours.community_id IS 'The community [class: none] [retention: for ever]';
COMMENT ON COLUMN community_hours.weekday IS '1 is Monday, 7 is Sunday [class: none] [retention: for ever]';
COMMENT ON COLUMN community_hours.opens IS 'From, minutes after midnight in Asia/Shanghai [class: none] [retention: for ever]';
COMMENT ON COLUMN community_hours.closes IS 'To, not included, minutes after midnight [class: none] [retention: for ever]';
COMMENT ON COLUMN community_hours.version IS 'Counts edits of the whole week; the same in every row of a community [class: none] [retention: for ever]';
COMMENT ON COLUMN community_hours.updated_at IS 'Last edit [class: none] [retention: for ever]';
GRANT SELECT, INSERT, DELETE ON community_hours TO palm_app;

INSERT INTO calendar_years (year, provisional, source) VALUES
    (2026, false, '国务院办公厅关于2026年部分节假日安排的通知'),
    (2027, true, '全国年节及纪念日放假办法（法定日期；调休安排公布后由街道更新）');
INSERT INTO calendar_days (date, kind, name) VALUES
    ('2026-01-01', 'holiday', '元旦'), ('2026-01-02', 'holiday', '元旦'), ('2026-01-03', 'holiday', '元旦'), ('2026-01-04', 'workday', '元旦'),
    ('2026-02-14', 'workday', '春节'), ('2026-02-15', 'holiday', '春节'), ('2026-02-16', 'holiday', '春节'), ('2026-02-17', 'holiday', '春节'),
    ('2026-02-18', 'holiday', '春节'), ('2026-02-19', 'holiday', '春节'), ('2026-02-20', 'holiday', '春节'), ('2026-02-21', 'holiday', '春节'),
    ('2026-02-22', 'holiday', '春节'), ('2026-02-23', 'holiday', '春节'), ('2026-02-28', 'workday', '春节'), ('2026-04-04', 'holiday', '清明节'),
    ('2026-04-05', 'holiday', '清明节'), ('2026-04-06', 'holiday', '清明节'), ('2026-05-01', 'holiday', '劳动节'), ('2026-05-02', 'holiday', '劳动节'),
    ('2026-05-03', 'holiday', '劳动节'), ('2026-05-04', 'holiday', '劳动节'), ('2026-05-05', 'holiday', '劳动节'), ('2026-05-09', 'workday', '劳动节'),
    ('2026-06-19', 'holiday', '端午节'), ('2026-06-20', 'holiday', '端午节'), ('2026-06-21', 'holiday', '端午节'), ('2026-09-20', 'workday', '国庆节'),
    ('2026-09-25', 'holiday', '中秋节'), ('2026-09-26', 'holiday', '中秋节'), ('2026-09-27', 'holiday', '中秋节'), ('2026-10-01', 'holiday', '国庆节'),
    ('2026-10-02', 'holiday', '国庆节'), ('2026-10-03', 'holiday', '国庆节'), ('2026-10-04', 'holiday', '国庆节'), ('2026-10-05', 'holiday', '国庆节'),
    ('2026-10-06', 'holiday', '国庆节'), ('2026-10-07', 'holiday', '国庆节'), ('2026-10-10', 'workday', '国庆节'), ('2027-01-01', 'holiday', '元旦'),
    ('2027-02-05', 'holiday', '春节'), ('2027-02-06', 'holiday', '春节'), ('2027-02-07', 'holiday', '春节'), ('2027-02-08', 'holiday', '春节'),
    ('2027-04-05', 'holiday', '清明节'), ('2027-05-01', 'holiday', '劳动节'), ('2027-05-02', 'holiday', '劳动节'), ('2027-06-09', 'holiday', '端午节'),
    ('2027-09-15', 'holiday', '中秋节'), ('2027-10-01', 'holiday', '国庆节'), ('2027-10-02', 'holiday', '国庆节'), ('2027-10-03', 'holiday', '国庆节');
