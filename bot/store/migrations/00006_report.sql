-- Which message a reply answers, so that a report can say to whom it was.

-- +goose Up
ALTER TABLE replies ADD COLUMN reply_to TEXT NOT NULL DEFAULT '';
