-- What operators need. Where a request's trace began (W3C traceparent): its samples' spans belong to it on whatever node they run.

ALTER TABLE requests ADD COLUMN trace_parent text;
ALTER TABLE turns ADD COLUMN trace_parent text;

-- What waits without a row yet is counted over the requests that are under way, and these are few.
CREATE INDEX requests_active ON requests (tenant_id) WHERE state = 'active';
