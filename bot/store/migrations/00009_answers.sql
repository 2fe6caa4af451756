-- The reply that a post of ours shows in the thread, for its author.

-- +goose Up
ALTER TABLE posts ADD COLUMN reply_id TEXT REFERENCES replies (id);
CREATE INDEX posts_reply ON posts (reply_id) WHERE reply_id IS NOT NULL;
