//! The statements of this part: the stage, the rows of a message as a bare program would write them, and ten million messages.

use base::ids::{GridUnitId, PersonId};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Jsonb, Text, Uuid as SqlUuid};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

/// What the bare server is sent.
#[derive(Debug, Clone, Deserialize)]
pub(in super::super) struct Bare {
    text: String,
    topic: Uuid,
    unit: GridUnitId,
    group: Uuid,
}

/// Makes somebody known to WeChat.
pub(super) fn known(owner: &mut PgConnection, person: Uuid, sealed: &[u8], lookup: &[u8]) -> QueryResult<()> {
    sql_query("UPDATE persons SET openid_sealed = $2, openid_lookup = $3 WHERE id = $1")
        .bind::<SqlUuid, _>(person)
        .bind::<Binary, _>(sealed)
        .bind::<Binary, _>(lookup)
        .execute(owner)?;
    Ok(())
}

/// The group of a community.
pub(super) fn group(owner: &mut PgConnection, community: GridUnitId, opener: Uuid) -> QueryResult<Uuid> {
    let id = Uuid::now_v7();
    sql_query("INSERT INTO chat_groups (id, grid_unit_id, community_id, opened_by) VALUES ($1, $2, $2, $3)")
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(community.0)
        .bind::<SqlUuid, _>(opener)
        .execute(owner)?;
    Ok(id)
}

/// An open topic of it.
pub(super) fn topic(owner: &mut PgConnection, (group, community): (Uuid, GridUnitId), opener: Uuid) -> QueryResult<Uuid> {
    let id = Uuid::now_v7();
    sql_query(
        "INSERT INTO chat_topics (id, group_id, community_id, grid_unit_id, kind, state, title, author_id, opened_at) \
         VALUES ($1, $2, $3, $3, 'talk', 'open', '停水', $4, palm_now())",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(group)
    .bind::<SqlUuid, _>(community.0)
    .bind::<SqlUuid, _>(opener)
    .execute(owner)?;
    Ok(id)
}

#[derive(QueryableByName)]
struct Numbers {
    #[diesel(sql_type = Integer)]
    sequence_last: i32,
    #[diesel(sql_type = Integer)]
    change_last: i32,
}

/// The rows of a message that everybody sees: the same tables, one statement each, nothing looked up or checked.
pub(in super::super) fn bare(connection: &mut PgConnection, person: PersonId, what: &Bare) -> QueryResult<Uuid> {
    let (id, key) = (Uuid::now_v7(), Uuid::new_v4().to_string());
    let mut words = base::search::lexemes(&what.text);
    words.extend([format!("g:{}", what.group.simple()), format!("c:{}", what.unit.0.simple())]);
    connection.transaction(|connection| {
        sql_query(
            "INSERT INTO idempotency_keys (principal, action, key, body_hash, result_id) VALUES ($1, 'bare', $2, '\\x00', $3)",
        )
        .bind::<SqlUuid, _>(person.0)
        .bind::<Text, _>(&key)
        .bind::<SqlUuid, _>(id)
        .execute(connection)?;
        sql_query(
            "INSERT INTO audit_entries (id, principal_kind, request_id, action, object_kind, object_id, grid_unit_id, after) \
             VALUES ($1, 'operator', $1, 'bare', 'chat_message', $2, $3, $4)",
        )
        .bind::<SqlUuid, _>(Uuid::now_v7())
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(what.unit.0)
        .bind::<Jsonb, _>(json!({"topic": what.topic, "state": "published"}))
        .execute(connection)?;
        let numbers: Numbers = sql_query(
            "UPDATE chat_topics SET sequence_last = sequence_last + 1, change_last = change_last + 1 WHERE id = $1 \
             RETURNING sequence_last, change_last",
        )
        .bind::<SqlUuid, _>(what.topic)
        .get_result(connection)?;
        bare_message(connection, id, person, (what, &numbers))?;
        sql_query("INSERT INTO chat_search (message_id, tok) VALUES ($1, array_to_tsvector($2))")
            .bind::<SqlUuid, _>(id)
            .bind::<Array<Text>, _>(&words)
            .execute(connection)?;
        Ok(id)
    })
}

fn bare_message(
    connection: &mut PgConnection,
    id: Uuid,
    person: PersonId,
    (what, numbers): (&Bare, &Numbers),
) -> QueryResult<()> {
    sql_query(
        "INSERT INTO chat_messages (id, topic_id, sequence, change_sequence, kind, state, author_id, text, published_at) \
         VALUES ($1, $2, $3, $4, 'message', 'published', $5, $6, palm_now())",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(what.topic)
    .bind::<Integer, _>(numbers.sequence_last)
    .bind::<Integer, _>(numbers.change_last)
    .bind::<SqlUuid, _>(person.0)
    .bind::<Text, _>(&what.text)
    .execute(connection)?;
    sql_query(
        "INSERT INTO chat_read_marks (topic_id, person_id, sequence) VALUES ($1, $2, $3) \
         ON CONFLICT (person_id, topic_id) DO UPDATE SET sequence = excluded.sequence, at = excluded.at",
    )
    .bind::<SqlUuid, _>(what.topic)
    .bind::<SqlUuid, _>(person.0)
    .bind::<Integer, _>(numbers.sequence_last)
    .execute(connection)?;
    Ok(())
}

/// Indexes that are made anew after the messages are there: building them at once is quicker than row by row.
const INDEXES: [(&str, &str); 2] = [
    ("chat_messages_author", "CREATE INDEX chat_messages_author ON chat_messages (author_id, created_at)"),
    (
        "chat_messages_aged",
        "CREATE INDEX chat_messages_aged ON chat_messages (created_at) WHERE text IS NOT NULL AND case_id IS NULL AND kind = 'message'",
    ),
];

/// A thousand groups, of the units above the residents' entrance and of estates beside it, with ten topics of so many messages each.
pub(super) fn scale(owner: &mut PgConnection, community: GridUnitId, opener: Uuid, messages: i32) -> QueryResult<()> {
    sql_query(
        "INSERT INTO grid_units (id, kind, parent_id, code, path, name) SELECT gen_random_uuid(), 'estate', c.id, 'X' || n, \
         c.path || '/X' || n, '小区' FROM grid_units c, generate_series(1, 996) n WHERE c.id = $1",
    )
    .bind::<SqlUuid, _>(community.0)
    .execute(owner)?;
    sql_query(
        "INSERT INTO chat_groups (id, grid_unit_id, community_id, opened_by) SELECT gen_random_uuid(), u.id, $1, $2 FROM grid_units u \
         WHERE starts_with(u.path, (SELECT path || '/' FROM grid_units WHERE id = $1)) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(community.0)
    .bind::<SqlUuid, _>(opener)
    .execute(owner)?;
    sql_query(
        "INSERT INTO chat_topics (id, group_id, community_id, grid_unit_id, kind, state, title, author_id, opened_at, sequence_last, \
         change_last) SELECT gen_random_uuid(), g.id, g.community_id, g.grid_unit_id, 'talk', 'open', '停水', $1, palm_now(), $2, $2 \
         FROM chat_groups g, generate_series(1, 10) WHERE g.grid_unit_id <> g.community_id",
    )
    .bind::<SqlUuid, _>(opener)
    .bind::<Integer, _>(messages)
    .execute(owner)?;
    for (name, _) in INDEXES {
        owner.batch_execute(&format!("DROP INDEX {name}"))?;
    }
    sql_query(
        "INSERT INTO chat_messages (id, topic_id, sequence, change_sequence, kind, state, author_id, text, published_at) \
         SELECT gen_random_uuid(), t.id, n, n, 'message', 'published', $1, '今晚八点停水', palm_now() FROM chat_topics t, generate_series(1, $2) n \
         WHERE t.grid_unit_id <> t.community_id",
    )
    .bind::<SqlUuid, _>(opener)
    .bind::<Integer, _>(messages)
    .execute(owner)?;
    for (_, statement) in INDEXES {
        owner.batch_execute(statement)?;
    }
    Ok(())
}

/// Everybody has read some of what they may read: a part of each topic of the groups above their entrance.
pub(super) fn marks(owner: &mut PgConnection) -> QueryResult<()> {
    owner.batch_execute(
        "INSERT INTO chat_read_marks (topic_id, person_id, sequence) \
            SELECT t.id, r.person_id, (t.sequence_last * random())::integer FROM roles r JOIN grid_units e ON e.id = r.grid_unit_id \
            JOIN grid_units u ON e.path = u.path OR starts_with(e.path, u.path || '/') JOIN chat_topics t ON t.grid_unit_id = u.id \
            WHERE r.role = 'resident' ON CONFLICT DO NOTHING; \
         ANALYZE",
    )
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Number of a topic's newest change.
pub(super) fn change(owner: &mut PgConnection, topic: Uuid) -> QueryResult<i32> {
    let row: Numbers = sql_query("SELECT sequence_last, change_last FROM chat_topics WHERE id = $1")
        .bind::<SqlUuid, _>(topic)
        .get_result(owner)?;
    Ok(row.change_last)
}

/// How many messages there are.
pub(super) fn messages(owner: &mut PgConnection) -> QueryResult<i64> {
    let row: Count = sql_query("SELECT count(*) AS count FROM chat_messages").get_result(owner)?;
    Ok(row.count)
}
