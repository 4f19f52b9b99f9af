-- PostgreSQL only: vacuuming of the tables that change all the time, and row-level security as the second wall between
-- tenants. Programs connect as a role that owns nothing. vgpnn_api sees the rows of the tenant that its transaction
-- named, and none without a name; vgpnn_worker, which runs everybody's work, sees all.

ALTER TABLE turns SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200, fillfactor = 80);
ALTER TABLE samples SET (autovacuum_vacuum_scale_factor = 0.02, fillfactor = 90);
ALTER TABLE tenants SET (autovacuum_vacuum_scale_factor = 0.01, fillfactor = 50);
ALTER TABLE nodes SET (autovacuum_vacuum_scale_factor = 0.01, fillfactor = 50);
ALTER TABLE admission SET (autovacuum_vacuum_scale_factor = 0.01, fillfactor = 10);

-- Roles belong to the whole server: another database may have made them, at this very moment.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['vgpnn_api', 'vgpnn_worker'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS', wanted);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
        IF NOT pg_has_role(current_user, wanted, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO %I', wanted, current_user);
        END IF;
    END LOOP;
END
$$;

DO $$
DECLARE
    owned text;
BEGIN
    FOREACH owned IN ARRAY ARRAY['tenants', 'videos', 'requests', 'request_inputs', 'samples', 'turns', 'activations', 'blobs'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', owned);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', owned);
        EXECUTE format(
            'CREATE POLICY own_rows ON %I TO vgpnn_api USING (tenant_id = NULLIF(current_setting(''app.tenant'', true), '''')) '
            'WITH CHECK (tenant_id = NULLIF(current_setting(''app.tenant'', true), ''''))', owned);
        EXECUTE format('CREATE POLICY all_rows ON %I TO vgpnn_worker USING (true) WITH CHECK (true)', owned);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO vgpnn_api, vgpnn_worker', owned);
    END LOOP;
END
$$;
GRANT SELECT, INSERT, UPDATE, DELETE ON nodes, admission TO vgpnn_worker;
GRANT SELECT ON nodes TO vgpnn_api;
GRANT SELECT ON schema_version TO vgpnn_api, vgpnn_worker;
-- The scheduler's own tables come after this, from the same owner.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO vgpnn_worker;
