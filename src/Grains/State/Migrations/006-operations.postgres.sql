-- Whatever scales the workers may count turns, and see nothing else. The operator grants the role to a login of its own.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'vgpnn_scaler') THEN
        CREATE ROLE vgpnn_scaler NOLOGIN NOSUPERUSER NOBYPASSRLS;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    -- Roles belong to the whole server: another database has made it, at this very moment.
    NULL;
END
$$;
CREATE POLICY counted_rows ON turns FOR SELECT TO vgpnn_scaler USING (true);
CREATE POLICY counted_rows ON tenants FOR SELECT TO vgpnn_scaler USING (true);
GRANT SELECT (tenant_id, state) ON turns TO vgpnn_scaler;
GRANT SELECT (tenant_id, max_running) ON tenants TO vgpnn_scaler;
