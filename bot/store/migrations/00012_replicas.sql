-- +goose Up
-- Who runs everything on this database now; only on PostgreSQL is there anybody. What
-- they divide among themselves are rows of leases: share/NAME/PART is who has a part, and
-- sharer/NAME/ID who takes part.
CREATE TABLE replicas (
    id       TEXT PRIMARY KEY,
    host     TEXT NOT NULL,
    version  TEXT NOT NULL,
    since_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL
);

-- The replica that has a lease: it ends when that dies.
ALTER TABLE leases ADD COLUMN holder TEXT NOT NULL DEFAULT '';
