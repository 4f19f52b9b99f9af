-- What the API adds: keys and sessions, when things changed last, and what a request's samples will be.

CREATE TABLE api_keys (
    key_id text NOT NULL PRIMARY KEY,
    tenant_id text NOT NULL REFERENCES tenants (tenant_id),
    -- SHA-256 of the key: it has 256 random bits, and a slow hash would protect them no better.
    hash text NOT NULL,
    scopes text NOT NULL,
    name text,
    created_at bigint NOT NULL,
    last_used_at bigint,
    revoked_at bigint
);
CREATE INDEX api_keys_of_tenant ON api_keys (tenant_id);

-- Sessions of browsers. One ends with its key.
CREATE TABLE sessions (
    session_id text NOT NULL PRIMARY KEY,
    tenant_id text NOT NULL REFERENCES tenants (tenant_id),
    key_id text NOT NULL REFERENCES api_keys (key_id),
    hash text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX sessions_expiring ON sessions (expires_at);

ALTER TABLE tenants ADD COLUMN retention_hours integer NOT NULL DEFAULT 0 CHECK (retention_hours >= 0);
ALTER TABLE tenants ADD COLUMN requests_per_minute integer NOT NULL DEFAULT 6000 CHECK (requests_per_minute >= 1);

-- What watchers ask for: what has changed since.
ALTER TABLE videos ADD COLUMN changed_at bigint NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN changed_at bigint NOT NULL DEFAULT 0;
ALTER TABLE samples ADD COLUMN changed_at bigint NOT NULL DEFAULT 0;
CREATE INDEX videos_changed ON videos (tenant_id, changed_at);
CREATE INDEX requests_changed ON requests (tenant_id, changed_at);
CREATE INDEX samples_changed ON samples (tenant_id, changed_at);

ALTER TABLE requests ADD COLUMN levels integer NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN frames integer NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN height integer NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN width integer NOT NULL DEFAULT 0;
