-- +goose Up
-- Which processes hear the events of a scope, since when, and until when for sure. What is
-- in scopes is until when somebody heard all of it.
CREATE TABLE hearers (
    scope    TEXT NOT NULL,
    id       TEXT NOT NULL, -- of the process
    since_at BIGINT NOT NULL,
    alive_at BIGINT NOT NULL,
    PRIMARY KEY (scope, id)
);
