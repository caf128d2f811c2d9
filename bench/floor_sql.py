"""The floor's four statements. Each checks the token, does everything and brings the answer.

They keep Mutual's rules (visibility, audiences, budget, cool-downs, caps) and its lock order, and
write the same rows: request, relationships, counters, notification, read mark, events, the mail
that is due and its job, the conversation, its first message and what that is found by.
"""

from models.familiarity import score
from models.mail import JOB
from models.sender_rule import handling_of
from models.visibility import sees_field

# $1 is the hash of the token, $2 the present moment, in all four.
_ME = """
me AS (
  SELECT m.id, t.scopes FROM access_token t JOIN member m ON m.id = t.member_id
  WHERE t.secret_hash = $1 AND (t.expires_at IS NULL OR t.expires_at > $2)
    AND m.suspended_at IS NULL
)"""

# What its owner shows to whom is a rule of the models: the floor keeps it in the same words.
_SHOWN = ", ".join(
    f"CASE WHEN {sees_field('m', name, 'me.id')} THEN m.{name} ELSE '' END AS {name}"
    for name in ("headline", "organisation")
)

INBOX = f"""
WITH {_ME}, own AS (SELECT i.connections FROM inbox i JOIN me ON me.id = i.id)
SELECT me.scopes, found.* FROM me LEFT JOIN LATERAL (
  SELECT r.id, r.basis, r.note, r.sent_at, r.surfaced_at, r.familiarity, m.id AS sender_id,
    m.handle, m.name, {_SHOWN},
    CASE
      WHEN NOT (m.connections_audience IN ('EVERYONE', 'MEMBERS', 'MUTUAL')
        OR (m.connections_audience = 'CONNECTIONS' AND EXISTS (SELECT 1 FROM relationship tie
          WHERE tie.owner_id = me.id AND tie.other_id = m.id AND tie.ended_at IS NULL))) THEN 0
      WHEN (SELECT connections FROM inbox WHERE id = m.id) < (SELECT connections FROM own) THEN (
        SELECT count(*) FROM relationship a
        WHERE a.owner_id = m.id AND a.shown AND a.ended_at IS NULL AND EXISTS (
          SELECT 1 FROM relationship v
          WHERE v.owner_id = me.id AND v.other_id = a.other_id AND v.ended_at IS NULL))
      ELSE (
        SELECT count(*) FROM relationship v
        WHERE v.owner_id = me.id AND v.ended_at IS NULL AND EXISTS (
          SELECT 1 FROM relationship a WHERE a.owner_id = m.id AND a.other_id = v.other_id
            AND a.shown AND a.ended_at IS NULL))
    END AS mutual
  FROM connection_request r JOIN member m ON m.id = r.sender_id
  WHERE r.recipient_id = me.id AND r.sender_state = 'PENDING' AND r.recipient_state = 'PENDING'
    AND r.expires_at > $2 AND m.suspended_at IS NULL
  ORDER BY r.familiarity DESC, r.surfaced_at DESC, r.id DESC LIMIT $3 + 1
) found ON true
"""

CONNECTIONS = f"""
WITH {_ME}
SELECT me.scopes, (SELECT connections FROM inbox WHERE id = me.id) AS total, found.*
FROM me LEFT JOIN LATERAL (
  SELECT c.connected_at, c.other_id, m.handle, m.name, {_SHOWN}
  FROM relationship c JOIN member m ON m.id = c.other_id
  WHERE c.owner_id = me.id AND c.ended_at IS NULL AND m.suspended_at IS NULL
  ORDER BY c.connected_at DESC, c.other_id DESC LIMIT $3 + 1
) found ON true
"""

# Bumps the inboxes of a request's two members in the order of their ids, and numbers the events.
_TELL = """
locked AS (
  SELECT i.id FROM inbox i JOIN done ON i.id IN (done.sender_id, done.recipient_id)
  ORDER BY i.id FOR NO KEY UPDATE OF i
)"""

# What the recipient's side makes of the sender, in the models' own words like `_SHOWN`.
_KNOWN = f"""LATERAL (SELECT {score("own.id", "o.id", "false", "$2")} AS score LIMIT 1) known"""
_HANDLING = handling_of("own.id", "o.id", "known.score", "$20")

# $3 recipient, $4 basis, $5 note, $6 expiry, $7 to $10 new ids, $11 a week ago, $12 budget,
# $13 cap of open requests, $14 a cool-down ago, $15 requests per direction, $16 cap of connections,
# $17 a removal cool-down ago, $18 and $19 new ids, $20 since when an account is new
SEND = f"""
WITH {_ME},
mine AS (SELECT a.id FROM allowance a JOIN me ON me.id = a.id FOR NO KEY UPDATE OF a),
own AS (
  SELECT mine.id, i.connections,
    (SELECT count(*) FROM connection_request r WHERE r.sender_id = mine.id
      AND r.sender_state = 'PENDING' AND r.expires_at > $2) AS open,
    (SELECT count(*) FROM connection_request r WHERE r.sender_id = mine.id AND r.sent_at > $11
      AND r.sender_state <> 'ACCEPTED') AS week
  FROM mine JOIN inbox i ON i.id = mine.id
),
done AS (
  INSERT INTO connection_request (id, sender_id, recipient_id, low_id, high_id, basis, note,
    sender_state, recipient_state, recipient_name, recipient_handle, sent_at, surfaced_at,
    expires_at, decline_told, familiarity, handling)
  SELECT $7::bigint, own.id, o.id, least(own.id, o.id), greatest(own.id, o.id), $4::text, $5::text,
    'PENDING', 'PENDING', o.name, o.handle, $2, $2, $6::timestamptz, false, known.score,
    {_HANDLING}
  FROM own, member o JOIN inbox oi ON oi.id = o.id, {_KNOWN}
  WHERE o.id = $3 AND o.id <> own.id AND own.week < $12 AND own.open < $13
    AND own.connections < $16 AND oi.connections < $16
    AND o.suspended_at IS NULL AND o.accepts_requests AND o.profile_audience <> 'CONNECTIONS'
    AND NOT EXISTS (SELECT 1 FROM relationship tie WHERE tie.owner_id = own.id
      AND tie.other_id = o.id
      AND (tie.ended_at IS NULL OR (tie.ended_by_id = o.id AND tie.ended_at > $17)))
    AND NOT EXISTS (SELECT 1 FROM connection_request r WHERE r.low_id = least(own.id, o.id)
      AND r.high_id = greatest(own.id, o.id) AND r.sender_state = 'PENDING')
    AND (SELECT count(*) FROM connection_request r WHERE r.sender_id = own.id
      AND r.recipient_id = o.id) < $15
    AND NOT EXISTS (SELECT 1 FROM connection_request r WHERE r.sender_id = own.id
      AND r.recipient_id = o.id AND r.sender_state IN ('WITHDRAWN', 'EXPIRED', 'DECLINED')
      AND r.sender_changed_at > $14)
  RETURNING id, sender_id, recipient_id, recipient_name, sent_at, expires_at, handling
),
chosen AS (
  SELECT done.*, m.email, COALESCE(c.in_app, true) AS in_app, COALESCE(c.mail, 'AT_ONCE') AS mail
  FROM done JOIN member m ON m.id = done.recipient_id LEFT JOIN notification_choice c
    ON c.member_id = m.id AND c.kind = 'REQUEST_RECEIVED' WHERE done.handling = 'ACCEPT'
),
noted AS (
  INSERT INTO notification (id, member_id, kind, subject_id, other_id, occurred_at, changed_at,
    in_app)
  SELECT $8::bigint, recipient_id, 'REQUEST_RECEIVED', id, sender_id, $2, $2, in_app FROM chosen
  WHERE in_app OR mail <> 'OFF'
  ON CONFLICT (member_id, kind, subject_id)
  DO UPDATE SET occurred_at = excluded.occurred_at, read_at = NULL
),
posted AS (
  INSERT INTO mail (id, member_id, kind, about, subject_id, made_at, due_at, dropped)
  SELECT $18::bigint, recipient_id, 'NOTIFICATION', 'REQUEST_RECEIVED', id, $2, $2, '' FROM chosen
  WHERE mail = 'AT_ONCE' AND NOT EXISTS (SELECT 1 FROM mail_stop s WHERE s.address = chosen.email)
  ON CONFLICT (member_id, kind, about, subject_id) DO NOTHING RETURNING id
),
queued AS (
  INSERT INTO job (id, kind, payload, run_at, created_at, attempts, error)
  SELECT $19::bigint, '{JOB}', '{{"mail": ' || id || '}}', $2, $2, 0, '' FROM posted
),
{_TELL},
bumped AS (
  UPDATE inbox SET last_seq = last_seq + 1 FROM locked WHERE inbox.id = locked.id
  RETURNING inbox.id, inbox.last_seq
),
told AS (
  INSERT INTO event (id, member_id, seq, kind, subject_id, other_id, occurred_at)
  SELECT CASE WHEN b.id = done.sender_id THEN $9::bigint ELSE $10::bigint END, b.id, b.last_seq,
    CASE WHEN b.id = done.sender_id THEN 'REQUEST_SENT' ELSE 'REQUEST_RECEIVED' END, done.id,
    CASE WHEN b.id = done.sender_id THEN done.recipient_id ELSE done.sender_id END, $2
  FROM bumped b, done
)
SELECT me.scopes, done.id, done.recipient_name, done.sent_at, done.expires_at
FROM me LEFT JOIN done ON true
"""

# $3 request, $4 to $8 new ids, $9 an undo time ago, $10 cap of connections, $11 to $14 new ids
ACCEPT = f"""
WITH {_ME},
mine AS (SELECT a.id FROM allowance a JOIN me ON me.id = a.id FOR NO KEY UPDATE OF a),
done AS (
  UPDATE connection_request SET sender_state = 'ACCEPTED', recipient_state = 'ACCEPTED',
    sender_changed_at = $2, recipient_changed_at = $2
  WHERE id = $3 AND recipient_id = (SELECT id FROM mine) AND sender_state = 'PENDING'
    AND expires_at > $2 AND (recipient_state IN ('PENDING', 'IGNORED')
      OR (recipient_state = 'DECLINED' AND (NOT decline_told OR recipient_changed_at > $9)))
  RETURNING id, sender_id, recipient_id, low_id, high_id, note, sent_at
),
pair AS (
  INSERT INTO conversation (id, low_id, high_id, last_seq, begun_at)
  SELECT $11::bigint, low_id, high_id, 1, $2 FROM done WHERE note IS NOT NULL
  ON CONFLICT (low_id, high_id) DO UPDATE SET last_seq = conversation.last_seq + 1
  RETURNING id, last_seq
),
said AS (
  INSERT INTO message (id, conversation_id, seq, sender_id, text, selling, sent_at, request_id)
  SELECT $12::bigint, pair.id, pair.last_seq, sender_id, note, false, sent_at, done.id
  FROM pair, done RETURNING id, text
),
indexed AS (
  INSERT INTO message_document (id, words)
  SELECT said.id, array_to_tsvector(ARRAY(SELECT DISTINCT owner || '.' || word
    FROM unnest(ARRAY[low_id, high_id]) owner, regexp_split_to_table(lower(text), '\\W+') word
    WHERE word <> '')) FROM said, done
),
sides AS (
  INSERT INTO conversation_side (id, conversation_id, owner_id, other_id, state, last_seq, last_at,
    unread, read_seq, cleared_seq, told_seq, muted, filtered, trusted)
  SELECT side.id, pair.id, side.owner_id, side.other_id, 'OPEN', pair.last_seq, $2, 0, 0, 0, 0,
    false, false, false
  FROM pair, done, LATERAL (VALUES ($13::bigint, sender_id, recipient_id),
    ($14::bigint, recipient_id, sender_id)) side (id, owner_id, other_id)
  ON CONFLICT (owner_id, other_id) DO UPDATE SET state = 'OPEN', last_seq = excluded.last_seq,
    last_at = excluded.last_at
),
closed AS (
  UPDATE introduction i SET asker_state = 'VOID' FROM done WHERE i.asker_state = 'PENDING'
    AND ((i.asker_id = low_id AND i.target_id = high_id)
      OR (i.asker_id = high_id AND i.target_id = low_id))
),
tied AS (
  INSERT INTO relationship (id, owner_id, other_id, request_id, connected_at, listed, shown)
  SELECT side.id, side.owner_id, side.other_id, done.id, $2, true, true FROM done, LATERAL (
    VALUES ($4::bigint, least(sender_id, recipient_id), greatest(sender_id, recipient_id)),
      ($5::bigint, greatest(sender_id, recipient_id), least(sender_id, recipient_id))
  ) side (id, owner_id, other_id)
  ON CONFLICT (owner_id, other_id) DO UPDATE SET request_id = excluded.request_id,
    connected_at = excluded.connected_at, ended_at = NULL, ended_by_id = NULL
    WHERE relationship.ended_at IS NOT NULL
  RETURNING id, owner_id, connected_at
),
settled AS (
  UPDATE notification SET read_at = $2, changed_at = $2 FROM done
  WHERE member_id = done.recipient_id AND subject_id = done.id AND kind = 'REQUEST_RECEIVED'
    AND read_at IS NULL
),
noted AS (
  INSERT INTO notification (id, member_id, kind, subject_id, other_id, occurred_at, changed_at,
    in_app)
  SELECT $6::bigint, sender_id, 'REQUEST_ACCEPTED', done.id, recipient_id, $2, $2,
    COALESCE(c.in_app, true)
  FROM done LEFT JOIN notification_choice c
    ON c.member_id = sender_id AND c.kind = 'REQUEST_ACCEPTED'
  WHERE COALESCE(c.in_app, true) OR COALESCE(c.mail, 'DAILY') <> 'OFF'
  ON CONFLICT (member_id, kind, subject_id)
  DO UPDATE SET occurred_at = excluded.occurred_at, read_at = NULL
),
{_TELL},
bumped AS (
  UPDATE inbox SET last_seq = last_seq + 1, connections = connections + 1 FROM locked
  WHERE inbox.id = locked.id AND connections < $10 RETURNING inbox.id, inbox.last_seq
),
told AS (
  INSERT INTO event (id, member_id, seq, kind, subject_id, other_id, relationship_id, occurred_at)
  SELECT CASE WHEN b.id = done.sender_id THEN $7::bigint ELSE $8::bigint END, b.id, b.last_seq,
    'REQUEST_ACCEPTED', done.id,
    CASE WHEN b.id = done.sender_id THEN done.recipient_id ELSE done.sender_id END, tied.id, $2
  FROM done, bumped b JOIN tied ON tied.owner_id = b.id
)
SELECT me.scopes, done.id, tied.id AS side_id, tied.connected_at
FROM me LEFT JOIN done ON true LEFT JOIN tied ON tied.owner_id = done.recipient_id
"""
