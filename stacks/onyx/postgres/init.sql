-- Run once, by PostgreSQL's own image, in the database that it has made for the user it has made.
CREATE EXTENSION IF NOT EXISTS "uuid-ossp";

-- Only images with pgvector bring it; Onyx asks for it where it keeps vectors in PostgreSQL.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') THEN
        CREATE EXTENSION IF NOT EXISTS "vector";
    END IF;
END
$$;

GRANT ALL ON SCHEMA public TO CURRENT_USER;
