-- How events of an installation reach us, what became of channels, and when
-- closed discussions are listed again.

-- +goose Up
ALTER TABLE installations ADD COLUMN scope TEXT NOT NULL DEFAULT ''; -- empty: PLATFORM:WORKSPACE
ALTER TABLE installations ADD COLUMN scope_at BIGINT;                -- since when, if it was another before
ALTER TABLE installations ADD COLUMN greet_until BIGINT;             -- 0: it was greeted; NULL: the platform has not said yet that it is there
CREATE INDEX installations_scope ON installations (scope) WHERE scope <> '';

ALTER TABLE discussions ADD COLUMN lost_at BIGINT;  -- when we lost access to it, and it ended
ALTER TABLE discussions ADD COLUMN sweep_at BIGINT; -- when its thread is listed again though it is closed
CREATE INDEX discussions_sweep ON discussions (sweep_at) WHERE sweep_at IS NOT NULL;
CREATE INDEX discussions_recorded ON discussions (platform, workspace, closed_at) WHERE state IN ('posting', 'open', 'closing', 'closed');
UPDATE discussions SET sweep_at = closed_at + 86400000 WHERE state IN ('closed', 'withdrawn');
