-- Times are unix milliseconds. Ids are UUIDs as text. The same statements run on
-- SQLite and PostgreSQL.

-- +goose Up
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE leases (
    subject  TEXT PRIMARY KEY,
    token    TEXT NOT NULL,
    until_at BIGINT NOT NULL
);

CREATE TABLE scopes (
    scope    TEXT PRIMARY KEY,
    alive_at BIGINT NOT NULL
);

CREATE TABLE installations (
    platform   TEXT NOT NULL,
    workspace  TEXT NOT NULL,
    name       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    gone_at    BIGINT,
    PRIMARY KEY (platform, workspace)
);

CREATE TABLE feeds (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    url        TEXT NOT NULL UNIQUE,
    found_url  TEXT NOT NULL,
    title      TEXT NOT NULL,
    declared   BOOLEAN NOT NULL,
    state      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    etag       TEXT NOT NULL,
    modified   TEXT NOT NULL,
    failures   BIGINT NOT NULL,
    polled_at  BIGINT,
    ok_at      BIGINT,
    work_at    BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX feeds_work ON feeds (work_at) WHERE work_at IS NOT NULL;

CREATE TABLE channel_feeds (
    platform  TEXT NOT NULL,
    workspace TEXT NOT NULL,
    channel   TEXT NOT NULL,
    feed_id   TEXT NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
    PRIMARY KEY (platform, workspace, channel, feed_id)
);

CREATE TABLE items (
    id           TEXT PRIMARY KEY,
    feed_id      TEXT NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
    guid         TEXT NOT NULL,
    url          TEXT NOT NULL,
    hash         TEXT NOT NULL,
    title        TEXT NOT NULL,
    byline       TEXT NOT NULL,
    text         TEXT NOT NULL,
    seen         BOOLEAN NOT NULL,
    published_at BIGINT,
    found_at     BIGINT NOT NULL,
    place        BIGINT NOT NULL
);
CREATE INDEX items_guid ON items (feed_id, guid);
CREATE INDEX items_url ON items (feed_id, url);
CREATE INDEX items_hash ON items (feed_id, hash);
CREATE INDEX items_fresh ON items (feed_id, found_at) WHERE NOT seen;

CREATE TABLE schedules (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    platform    TEXT NOT NULL,
    workspace   TEXT NOT NULL,
    channel     TEXT NOT NULL,
    cron        TEXT NOT NULL,
    zone        TEXT NOT NULL,
    close_after BIGINT NOT NULL,
    deadline    BIGINT NOT NULL,
    item_order  TEXT NOT NULL,
    questions   BIGINT NOT NULL,
    sentences   BIGINT NOT NULL,
    feeds       TEXT NOT NULL,
    declared    BOOLEAN NOT NULL,
    paused      BOOLEAN NOT NULL,
    reason      TEXT NOT NULL,
    next_at     BIGINT,
    created_at  BIGINT NOT NULL,
    removed_at  BIGINT
);
CREATE INDEX schedules_next ON schedules (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX schedules_channel ON schedules (platform, workspace, channel);
CREATE UNIQUE INDEX schedules_name ON schedules (name) WHERE name <> '' AND removed_at IS NULL;

CREATE TABLE occurrences (
    id            TEXT PRIMARY KEY,
    schedule_id   TEXT,
    platform      TEXT NOT NULL,
    workspace     TEXT NOT NULL,
    channel       TEXT NOT NULL,
    due_at        BIGINT NOT NULL,
    deadline_at   BIGINT NOT NULL,
    request       TEXT NOT NULL,
    command_id    TEXT UNIQUE,
    discussion_id TEXT,
    outcome       TEXT NOT NULL,
    reason        TEXT NOT NULL,
    count         BIGINT NOT NULL,
    work_at       BIGINT,
    created_at    BIGINT NOT NULL,
    done_at       BIGINT,
    UNIQUE (schedule_id, platform, workspace, channel, due_at)
);
CREATE INDEX occurrences_work ON occurrences (work_at) WHERE work_at IS NOT NULL;
CREATE INDEX occurrences_channel ON occurrences (platform, workspace, channel, due_at);

CREATE TABLE refusals (
    occurrence_id TEXT NOT NULL REFERENCES occurrences (id) ON DELETE CASCADE,
    n             BIGINT NOT NULL,
    platform      TEXT NOT NULL,
    workspace     TEXT NOT NULL,
    channel       TEXT NOT NULL,
    item_id       TEXT,
    added_id      TEXT,
    title         TEXT NOT NULL,
    code          TEXT NOT NULL,
    reason        TEXT NOT NULL,
    final         BOOLEAN NOT NULL,
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (occurrence_id, n)
);
CREATE INDEX refusals_item ON refusals (item_id) WHERE item_id IS NOT NULL;
CREATE INDEX refusals_added ON refusals (added_id) WHERE added_id IS NOT NULL;

CREATE TABLE added (
    id         TEXT PRIMARY KEY,
    platform   TEXT NOT NULL,
    workspace  TEXT NOT NULL,
    channel    TEXT NOT NULL,
    url        TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    taken_at   BIGINT,
    taken_by   TEXT
);
CREATE INDEX added_taken ON added (taken_by) WHERE taken_by IS NOT NULL;
CREATE INDEX added_channel ON added (platform, workspace, channel, created_at) WHERE taken_at IS NULL;

CREATE TABLE articles (
    id           TEXT PRIMARY KEY,
    url          TEXT NOT NULL,
    url_key      TEXT NOT NULL,
    hash         TEXT NOT NULL,
    title        TEXT NOT NULL,
    title_made   BOOLEAN NOT NULL,
    byline       TEXT NOT NULL,
    site         TEXT NOT NULL,
    language     TEXT NOT NULL,
    image        TEXT NOT NULL,
    words        BIGINT NOT NULL,
    text         TEXT NOT NULL,
    published_at BIGINT,
    fetched_at   BIGINT NOT NULL,
    UNIQUE (hash, url)
);

CREATE TABLE digests (
    id         TEXT PRIMARY KEY,
    article_id TEXT NOT NULL REFERENCES articles (id),
    hash       TEXT NOT NULL,
    brief      TEXT NOT NULL,
    version    TEXT NOT NULL,
    body       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (hash, brief, version)
);

CREATE TABLE discussions (
    id             TEXT PRIMARY KEY,
    occurrence_id  TEXT NOT NULL UNIQUE REFERENCES occurrences (id),
    platform       TEXT NOT NULL,
    workspace      TEXT NOT NULL,
    channel        TEXT NOT NULL,
    thread         TEXT NOT NULL,
    article_id     TEXT NOT NULL REFERENCES articles (id),
    digest_id      TEXT NOT NULL REFERENCES digests (id),
    url_key        TEXT NOT NULL,
    hash           TEXT NOT NULL,
    repeated       BOOLEAN NOT NULL,
    questions      TEXT NOT NULL,
    question_count BIGINT NOT NULL,
    state          TEXT NOT NULL,
    reason         TEXT NOT NULL,
    close_after    BIGINT NOT NULL,
    deadline_at    BIGINT NOT NULL,
    list_thread    BOOLEAN NOT NULL,
    work_at        BIGINT,
    created_at     BIGINT NOT NULL,
    opened_at      BIGINT,
    closes_at      BIGINT,
    closed_at      BIGINT,
    erase_at       BIGINT
);
CREATE INDEX discussions_work ON discussions (work_at) WHERE work_at IS NOT NULL;
CREATE INDEX discussions_thread ON discussions (platform, workspace, channel, thread, opened_at);
CREATE UNIQUE INDEX discussions_url ON discussions (platform, workspace, channel, url_key)
    WHERE NOT repeated AND url_key <> '' AND state <> 'failed';
CREATE UNIQUE INDEX discussions_hash ON discussions (platform, workspace, channel, hash)
    WHERE NOT repeated AND state <> 'failed';

CREATE TABLE posts (
    id            TEXT PRIMARY KEY,
    discussion_id TEXT NOT NULL REFERENCES discussions (id),
    seq           BIGINT NOT NULL,
    kind          TEXT NOT NULL,
    question      BIGINT NOT NULL,
    key           TEXT NOT NULL UNIQUE,
    state         TEXT NOT NULL,
    attempts      BIGINT NOT NULL,
    attempted_at  BIGINT,
    retry_at      BIGINT,
    channel       TEXT NOT NULL,
    thread        TEXT NOT NULL,
    message_id    TEXT NOT NULL,
    reason        TEXT NOT NULL,
    sent_at       BIGINT,
    UNIQUE (discussion_id, seq)
);

CREATE TABLE replies (
    id            TEXT PRIMARY KEY,
    discussion_id TEXT NOT NULL REFERENCES discussions (id),
    platform      TEXT NOT NULL,
    workspace     TEXT NOT NULL,
    channel       TEXT NOT NULL,
    thread        TEXT NOT NULL,
    message_id    TEXT NOT NULL,
    question      BIGINT NOT NULL,
    author_id     TEXT NOT NULL,
    author        TEXT NOT NULL,
    text          TEXT NOT NULL,
    files         TEXT NOT NULL,
    reactions     TEXT,
    version       BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    edited_at     BIGINT,
    deleted       BOOLEAN NOT NULL,
    late          BOOLEAN NOT NULL,
    recorded_at   BIGINT NOT NULL,
    UNIQUE (platform, workspace, channel, message_id)
);
CREATE INDEX replies_discussion ON replies (discussion_id, created_at);
CREATE INDEX replies_author ON replies (platform, workspace, author_id) WHERE author_id <> '';

CREATE TABLE gaps (
    id            TEXT PRIMARY KEY,
    discussion_id TEXT NOT NULL REFERENCES discussions (id),
    scope         TEXT NOT NULL,
    from_at       BIGINT NOT NULL,
    to_at         BIGINT NOT NULL,
    recovered     BIGINT NOT NULL,
    listed        BOOLEAN NOT NULL,
    ended         BOOLEAN NOT NULL
);
CREATE INDEX gaps_discussion ON gaps (discussion_id, from_at);

CREATE TABLE recaps (
    id            TEXT PRIMARY KEY,
    discussion_id TEXT NOT NULL UNIQUE REFERENCES discussions (id),
    body          TEXT NOT NULL,
    writer        TEXT NOT NULL,
    created_at    BIGINT NOT NULL
);

CREATE TABLE optouts (
    hash       TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL
);

CREATE TABLE audit (
    id         TEXT PRIMARY KEY,
    actor      TEXT NOT NULL,
    action     TEXT NOT NULL,
    target     TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
