-- The second wall between tenants, for the table of this step.
DO $$
DECLARE
    owned text;
BEGIN
    FOREACH owned IN ARRAY ARRAY['outbox'] LOOP
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
