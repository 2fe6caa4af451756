-- What is known from the ledger alone, after a backup was restored, and what the
-- end of keeping texts and installations needs.

-- +goose Up
CREATE TABLE ledger_openings (
    discussion_id TEXT PRIMARY KEY,
    platform      TEXT NOT NULL,
    workspace     TEXT NOT NULL,
    channel       TEXT NOT NULL,
    url           TEXT NOT NULL, -- hash of the article's url_key; empty if it has none
    hash          TEXT NOT NULL,
    withdrawn     BOOLEAN NOT NULL,
    opened_at     BIGINT NOT NULL
);
CREATE INDEX ledger_openings_channel ON ledger_openings (platform, workspace, channel);

CREATE TABLE ledger_posts (
    key           TEXT PRIMARY KEY,
    discussion_id TEXT NOT NULL,
    kind          TEXT NOT NULL,
    tried_at      BIGINT NOT NULL
);
CREATE INDEX ledger_posts_discussion ON ledger_posts (discussion_id);

CREATE TABLE ledger_exclusions (
    platform   TEXT NOT NULL,
    workspace  TEXT NOT NULL,
    channel    TEXT NOT NULL,
    message_id TEXT NOT NULL,
    PRIMARY KEY (platform, workspace, channel, message_id)
);

CREATE INDEX items_text ON items (found_at) WHERE text <> '';
CREATE INDEX occurrences_text ON occurrences (created_at) WHERE request LIKE '%"text":%';
CREATE INDEX digests_article ON digests (article_id);
CREATE INDEX discussions_article ON discussions (article_id);
CREATE INDEX discussions_digest ON discussions (digest_id);
CREATE INDEX drafts_article ON drafts (article_id);
