-- The state of all grains. Times are milliseconds since 1970 by the database's clock. What is between {braces} differs
-- between the databases. Every table that holds a tenant's data has a tenant_id.

CREATE TABLE tenants (
    tenant_id text NOT NULL PRIMARY KEY,
    name text NOT NULL UNIQUE,
    weight integer NOT NULL CHECK (weight BETWEEN 1 AND 1000),
    max_running integer NOT NULL CHECK (max_running >= 1),
    max_queued bigint NOT NULL CHECK (max_queued >= 1),
    max_bytes bigint NOT NULL CHECK (max_bytes >= 1),
    max_voxels bigint NOT NULL CHECK (max_voxels >= 1),
    -- Counted in the transactions that change them, so that a limit is one comparison.
    queued bigint NOT NULL DEFAULT 0 CHECK (queued >= 0),
    running bigint NOT NULL DEFAULT 0 CHECK (running >= 0),
    bytes_stored bigint NOT NULL DEFAULT 0 CHECK (bytes_stored >= 0),
    -- Fair share: where the tenant stands in the virtual time that all tenants advance in.
    pass double precision NOT NULL DEFAULT 0,
    admitted_at bigint NOT NULL DEFAULT 0,
    created_at bigint NOT NULL
);

-- One row: admissions take turns at its lock.
CREATE TABLE admission (
    only_row integer NOT NULL PRIMARY KEY CHECK (only_row = 1),
    virtual_time double precision NOT NULL
);
INSERT INTO admission (only_row, virtual_time) VALUES (1, 0);

CREATE TABLE videos (
    video_id text NOT NULL PRIMARY KEY,
    tenant_id text NOT NULL REFERENCES tenants (tenant_id),
    content_hash text NOT NULL,
    name text NOT NULL,
    state text NOT NULL CHECK (state IN ('ingesting', 'ready', 'failed', 'deleted')),
    original_key text NOT NULL,
    thumbnail_key text,
    frames integer CHECK (frames >= 1),
    height integer CHECK (height >= 1),
    width integer CHECK (width >= 1),
    frame_rate text,
    notices text,
    error_code text,
    error text,
    created_at bigint NOT NULL,
    CHECK (state <> 'ready' OR (frames IS NOT NULL AND height IS NOT NULL AND width IS NOT NULL AND frame_rate IS NOT NULL)),
    CHECK ((state = 'failed') = (error_code IS NOT NULL) OR state = 'deleted')
);
-- The same content is stored once for a tenant.
CREATE UNIQUE INDEX videos_content ON videos (tenant_id, content_hash) WHERE state IN ('ingesting', 'ready');

CREATE TABLE requests (
    request_id text NOT NULL PRIMARY KEY,
    tenant_id text NOT NULL REFERENCES tenants (tenant_id),
    state text NOT NULL CHECK (state IN ('active', 'finished')),
    settings text NOT NULL,
    -- An unsigned 64-bit number, which neither database has.
    seed text NOT NULL,
    samples integer NOT NULL CHECK (samples >= 1),
    -- Samples that have rows; the others exist as numbers only until their turn comes near.
    fanned_out integer NOT NULL CHECK (fanned_out BETWEEN 0 AND samples),
    succeeded integer NOT NULL DEFAULT 0 CHECK (succeeded >= 0),
    failed integer NOT NULL DEFAULT 0 CHECK (failed >= 0),
    cancelled integer NOT NULL DEFAULT 0 CHECK (cancelled >= 0),
    engine_class text NOT NULL,
    protocol integer NOT NULL,
    bytes bigint NOT NULL CHECK (bytes >= 0),
    charge double precision NOT NULL CHECK (charge > 0),
    affinity text NOT NULL,
    idempotency_key text,
    idempotency_hash text,
    created_at bigint NOT NULL,
    finished_at bigint,
    CHECK (succeeded + failed + cancelled <= samples),
    CHECK ((state = 'finished') = (succeeded + failed + cancelled = samples)),
    CHECK ((state = 'finished') = (finished_at IS NOT NULL)),
    CHECK ((idempotency_key IS NULL) = (idempotency_hash IS NULL))
);
CREATE UNIQUE INDEX requests_idempotency ON requests (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX requests_of_tenant ON requests (tenant_id, request_id);

CREATE TABLE request_inputs (
    request_id text NOT NULL REFERENCES requests (request_id) ON DELETE CASCADE,
    position integer NOT NULL,
    tenant_id text NOT NULL REFERENCES tenants (tenant_id),
    role text NOT NULL,
    video_id text NOT NULL REFERENCES videos (video_id),
    PRIMARY KEY (request_id, position)
);
CREATE INDEX request_inputs_of_video ON request_inputs (video_id);

CREATE TABLE samples (
    request_id text NOT NULL REFERENCES requests (request_id) ON DELETE CASCADE,
    sample_index integer NOT NULL CHECK (sample_index >= 0),
    tenant_id text NOT NULL REFERENCES tenants (tenant_id),
    state text NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    fraction double precision NOT NULL DEFAULT 0 CHECK (fraction BETWEEN 0 AND 1),
    -- The last finished level: its output is the checkpoint to go on from, and a preview.
    level integer CHECK (level >= 0),
    checkpoint_key text,
    video_key text,
    frames_sha256 text,
    timings text,
    seconds double precision,
    error_code text,
    error text,
    finished_at bigint,
    PRIMARY KEY (request_id, sample_index),
    CHECK ((state IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    CHECK ((state = 'succeeded') = (video_key IS NOT NULL)),
    CHECK ((video_key IS NULL) = (frames_sha256 IS NULL)),
    CHECK ((state = 'failed') = (error_code IS NOT NULL)),
    CHECK (checkpoint_key IS NULL OR level IS NOT NULL)
);

-- A grain's long turn that is due or under way. The row goes when the turn is over.
CREATE TABLE turns (
    grain text NOT NULL PRIMARY KEY,
    tenant_id text NOT NULL REFERENCES tenants (tenant_id),
    state text NOT NULL CHECK (state IN ('ready', 'admitted', 'running')),
    engine_class text NOT NULL,
    protocol integer NOT NULL,
    priority integer NOT NULL,
    epoch bigint NOT NULL DEFAULT 0,
    node text,
    bytes bigint NOT NULL CHECK (bytes >= 0),
    charge double precision NOT NULL CHECK (charge > 0),
    affinity text,
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    not_before bigint NOT NULL DEFAULT 0,
    ready_at bigint NOT NULL,
    CHECK ((state = 'ready') = (node IS NULL)),
    CHECK (state <> 'running' OR epoch > 0)
);
-- What the next admission reads: a tenant's oldest work first. Rows that run are not in it, so it stays small.
CREATE INDEX turns_ready ON turns (tenant_id, priority, grain) WHERE state = 'ready';
CREATE INDEX turns_taken ON turns (node) WHERE state <> 'ready';

-- Who ran what: one row for every time that a node took up a long turn.
CREATE TABLE activations (
    grain text NOT NULL,
    epoch bigint NOT NULL CHECK (epoch > 0),
    tenant_id text NOT NULL REFERENCES tenants (tenant_id),
    node text NOT NULL,
    bytes bigint NOT NULL,
    started_at bigint NOT NULL,
    ended_at bigint,
    outcome text CHECK (outcome IN ('done', 'failed', 'cancelled', 'handedback', 'error', 'crashed', 'fenced')),
    PRIMARY KEY (grain, epoch),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
);
-- One activation of a grain at a time, in the whole cluster.
CREATE UNIQUE INDEX activations_open ON activations (grain) WHERE ended_at IS NULL;
CREATE INDEX activations_of_node ON activations (node) WHERE ended_at IS NULL;

-- A blob exists for its readers once it has a row here. Rows with dead_at wait for the sweep to delete the blob.
CREATE TABLE blobs (
    blob_key text NOT NULL PRIMARY KEY,
    tenant_id text NOT NULL REFERENCES tenants (tenant_id),
    owner text NOT NULL,
    bytes bigint NOT NULL CHECK (bytes >= 0),
    sha256 text NOT NULL,
    created_at bigint NOT NULL,
    dead_at bigint
);
CREATE INDEX blobs_of_owner ON blobs (owner) WHERE dead_at IS NULL;
CREATE INDEX blobs_dead ON blobs (blob_key) WHERE dead_at IS NOT NULL;

CREATE TABLE nodes (
    node text NOT NULL PRIMARY KEY,
    version text NOT NULL,
    engine_classes text NOT NULL,
    slots integer NOT NULL CHECK (slots >= 1),
    memory bigint NOT NULL CHECK (memory >= 1),
    draining boolean NOT NULL DEFAULT FALSE,
    started_at bigint NOT NULL,
    seen_at bigint NOT NULL
);
