-- What lets an adapter into installations, encrypted, and values that count once.

-- +goose Up
CREATE TABLE credentials (
    platform   TEXT NOT NULL,
    app        TEXT NOT NULL,
    workspace  TEXT NOT NULL,
    name       TEXT NOT NULL,
    owner      TEXT NOT NULL, -- JSON; empty if unknown
    secret     TEXT NOT NULL, -- see bot/store/seal.go
    created_at BIGINT NOT NULL,
    PRIMARY KEY (platform, app, workspace)
);
CREATE INDEX credentials_workspace ON credentials (platform, workspace);

CREATE TABLE once (
    hash       TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX once_expires ON once (expires_at);
