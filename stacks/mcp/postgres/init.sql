-- Run once, by PostgreSQL's own image, when the database is made. The API brings its tables itself; this is what it
-- expects to find.
CREATE SCHEMA IF NOT EXISTS mcp AUTHORIZATION CURRENT_USER;

-- The versions of models that were put into the object store, bucket `mcp-models`.
CREATE TABLE IF NOT EXISTS mcp.model_versions (
    name text NOT NULL,
    version text NOT NULL,
    path text NOT NULL,
    uploaded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, version)
);
