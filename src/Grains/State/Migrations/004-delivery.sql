-- Webhooks: what is to be told is written down in the transaction that made it true, and sent afterwards.

ALTER TABLE tenants ADD COLUMN webhook_secret text;
ALTER TABLE requests ADD COLUMN webhook text;

CREATE TABLE outbox (
    delivery_id text NOT NULL PRIMARY KEY,
    tenant_id text NOT NULL REFERENCES tenants (tenant_id),
    request_id text NOT NULL,
    url text NOT NULL,
    body text NOT NULL,
    state text NOT NULL CHECK (state IN ('due', 'sent', 'given-up')),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_at bigint NOT NULL,
    created_at bigint NOT NULL,
    last_error text
);
CREATE INDEX outbox_due ON outbox (next_at) WHERE state = 'due';
