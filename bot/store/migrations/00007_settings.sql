-- Where an audit line belongs, and where a feed is declared.

-- +goose Up
ALTER TABLE audit ADD COLUMN platform TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN workspace TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN channel TEXT NOT NULL DEFAULT '';
UPDATE audit SET platform = s.platform, workspace = s.workspace, channel = s.channel FROM schedules s WHERE s.id = audit.target;
UPDATE audit SET platform = d.platform, workspace = d.workspace, channel = d.channel FROM discussions d WHERE d.id = audit.target;
UPDATE audit SET platform = o.platform, workspace = o.workspace, channel = o.channel FROM occurrences o WHERE o.id = audit.target;
CREATE INDEX audit_installation ON audit (platform, workspace, created_at);

ALTER TABLE feeds ADD COLUMN declared_at TEXT NOT NULL DEFAULT '';
