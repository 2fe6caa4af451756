-- What the person in charge of a channel sees, decides and takes back.

-- +goose Up
ALTER TABLE schedules ADD COLUMN rules TEXT NOT NULL DEFAULT '{}';
ALTER TABLE schedules ADD COLUMN declared_at TEXT NOT NULL DEFAULT '';
ALTER TABLE schedules ADD COLUMN skips BIGINT NOT NULL DEFAULT 0;
ALTER TABLE schedules ADD COLUMN resume_at BIGINT;
ALTER TABLE schedules ADD COLUMN draft_at BIGINT;
CREATE INDEX schedules_resume ON schedules (resume_at) WHERE resume_at IS NOT NULL;
CREATE INDEX schedules_draft ON schedules (draft_at) WHERE draft_at IS NOT NULL;

ALTER TABLE installations ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
ALTER TABLE installations ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE installations ADD COLUMN erase_at BIGINT;
CREATE INDEX installations_erase ON installations (erase_at) WHERE erase_at IS NOT NULL;

CREATE TABLE managers (
    platform   TEXT NOT NULL,
    workspace  TEXT NOT NULL,
    kind       TEXT NOT NULL, -- person, role
    id         TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (platform, workspace, kind, id)
);

ALTER TABLE audit ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN detail TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_created ON audit (created_at);

ALTER TABLE articles ADD COLUMN erase_at BIGINT;
UPDATE articles SET erase_at = fetched_at + 2592000000;
CREATE INDEX articles_erase ON articles (erase_at) WHERE erase_at IS NOT NULL;

ALTER TABLE added ADD COLUMN place BIGINT NOT NULL DEFAULT 0;
ALTER TABLE added ADD COLUMN removed_at BIGINT;

CREATE TABLE drafts (
    id          TEXT PRIMARY KEY,
    schedule_id TEXT NOT NULL REFERENCES schedules (id),
    due_at      BIGINT,
    state       TEXT NOT NULL,
    decision    TEXT NOT NULL,
    decided_by  TEXT NOT NULL,
    item_id     TEXT,
    added_id    TEXT,
    article_id  TEXT NOT NULL REFERENCES articles (id),
    digest_id   TEXT NOT NULL REFERENCES digests (id),
    questions   TEXT NOT NULL,
    spares      TEXT NOT NULL,
    created_at  BIGINT NOT NULL
);
CREATE UNIQUE INDEX drafts_open ON drafts (schedule_id) WHERE state = 'open';

ALTER TABLE discussions ADD COLUMN rules TEXT NOT NULL DEFAULT '{}';
ALTER TABLE discussions ADD COLUMN remind_at BIGINT;
ALTER TABLE replies ADD COLUMN excluded BOOLEAN NOT NULL DEFAULT FALSE;

-- A post belongs to a discussion, to a draft or to nothing (a notice). Until it
-- is sent, channel and thread of the latter two say where it goes.
CREATE TABLE posts_new (
    id            TEXT PRIMARY KEY,
    discussion_id TEXT REFERENCES discussions (id),
    draft_id      TEXT REFERENCES drafts (id),
    seq           BIGINT NOT NULL,
    kind          TEXT NOT NULL,
    question      BIGINT NOT NULL,
    key           TEXT NOT NULL UNIQUE,
    state         TEXT NOT NULL,
    attempts      BIGINT NOT NULL,
    attempted_at  BIGINT,
    retry_at      BIGINT,
    platform      TEXT NOT NULL,
    workspace     TEXT NOT NULL,
    channel       TEXT NOT NULL,
    thread        TEXT NOT NULL,
    message_id    TEXT NOT NULL,
    reason        TEXT NOT NULL,
    sent_at       BIGINT,
    body          TEXT NOT NULL,
    stale         BIGINT NOT NULL,
    shown         TEXT NOT NULL,
    work_at       BIGINT,
    UNIQUE (discussion_id, seq)
);
INSERT INTO posts_new (id, discussion_id, seq, kind, question, key, state, attempts, attempted_at, retry_at,
        platform, workspace, channel, thread, message_id, reason, sent_at, body, stale, shown)
    SELECT p.id, p.discussion_id, p.seq, p.kind, p.question, p.key, p.state, p.attempts, p.attempted_at, p.retry_at,
        d.platform, d.workspace, p.channel, p.thread, p.message_id, p.reason, p.sent_at, '', 0, ''
    FROM posts p JOIN discussions d ON d.id = p.discussion_id;
DROP TABLE posts;
ALTER TABLE posts_new RENAME TO posts;
CREATE INDEX posts_message ON posts (platform, workspace, channel, message_id) WHERE message_id <> '';
CREATE INDEX posts_work ON posts (work_at) WHERE work_at IS NOT NULL;
CREATE INDEX posts_draft ON posts (draft_id) WHERE draft_id IS NOT NULL;
