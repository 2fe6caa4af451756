-- What asking language models took, and why one was not used.

-- +goose Up
CREATE TABLE spent (
    day         BIGINT NOT NULL, -- its midnight in UTC
    platform    TEXT NOT NULL,
    workspace   TEXT NOT NULL,
    kind        TEXT NOT NULL,
    writer      TEXT NOT NULL,
    model       TEXT NOT NULL,
    calls       BIGINT NOT NULL,
    input       BIGINT NOT NULL,
    cache_read  BIGINT NOT NULL,
    cache_write BIGINT NOT NULL,
    output      BIGINT NOT NULL,
    cost        BIGINT NOT NULL,
    PRIMARY KEY (day, platform, workspace, kind, writer, model)
);

-- Until now there was one writer.
ALTER TABLE digests ADD COLUMN writer TEXT NOT NULL DEFAULT 'extractive';
CREATE INDEX digests_writer ON digests (writer);
ALTER TABLE recaps ADD COLUMN made TEXT NOT NULL DEFAULT '{}'; -- JSON: what it took, what was dropped

-- Why the extractive writer wrote in place of a model: the code, and a line for people.
ALTER TABLE discussions ADD COLUMN fallback TEXT NOT NULL DEFAULT '';
ALTER TABLE discussions ADD COLUMN fallback_text TEXT NOT NULL DEFAULT '';
CREATE INDEX discussions_fallback ON discussions (fallback) WHERE fallback <> '';
ALTER TABLE drafts ADD COLUMN fallback TEXT NOT NULL DEFAULT '';
ALTER TABLE drafts ADD COLUMN fallback_text TEXT NOT NULL DEFAULT '';
