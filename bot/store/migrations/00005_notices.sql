-- What fails, and who was told of it.

-- +goose Up
CREATE TABLE troubles (
    platform  TEXT NOT NULL,
    workspace TEXT NOT NULL,
    cause     TEXT NOT NULL,
    subject   TEXT NOT NULL,
    name      TEXT NOT NULL,
    text      TEXT NOT NULL,
    fix       TEXT NOT NULL,
    count     BIGINT NOT NULL,
    since_at  BIGINT NOT NULL,
    last_at   BIGINT NOT NULL,
    told_at   BIGINT,
    over_at   BIGINT,
    PRIMARY KEY (platform, workspace, cause, subject)
);
CREATE INDEX troubles_subject ON troubles (subject);

-- One row for each cause of an installation: it says when people hear of it next.
CREATE TABLE notices (
    id         TEXT PRIMARY KEY,
    platform   TEXT NOT NULL,
    workspace  TEXT NOT NULL,
    cause      TEXT NOT NULL,
    told_at    BIGINT,
    hook       TEXT NOT NULL,
    hook_at    BIGINT,
    hook_tries BIGINT NOT NULL,
    work_at    BIGINT,
    UNIQUE (platform, workspace, cause)
);
CREATE INDEX notices_work ON notices (work_at) WHERE work_at IS NOT NULL;

-- The discussion whose recap a post shows to managers.
ALTER TABLE posts ADD COLUMN about TEXT REFERENCES discussions (id);
CREATE INDEX posts_about ON posts (about) WHERE about IS NOT NULL;
