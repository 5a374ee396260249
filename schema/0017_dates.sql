-- A tuned model may end on another day than its base: cohorts of such tunes are told apart, and
-- policy_hash is the hash of both the policy and these days where there are any.
ALTER TABLE cohort ADD COLUMN own_serve_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cohort ADD COLUMN own_train_ms INTEGER NOT NULL DEFAULT 0;
-- What has become of a date that was known, and when.
ALTER TABLE cohort ADD COLUMN redated TEXT;
ALTER TABLE cohort ADD COLUMN redated_ms INTEGER NOT NULL DEFAULT 0;
