-- A small picture of the finest level that a sample has come to: for people who watch, and nothing goes on from it.
ALTER TABLE samples ADD COLUMN preview_key text;
ALTER TABLE samples ADD COLUMN preview_level integer CHECK (preview_level >= 0);
ALTER TABLE samples ADD COLUMN preview_frames integer CHECK (preview_frames >= 1);
