# Run by PostgreSQL's image when its volume is new: the database of sign-ins. The services' migrations make their own.
psql --username postgres --dbname postgres --no-psqlrc --quiet -v ON_ERROR_STOP=1 \
    -v password="$(cat /run/secrets/keycloak-database-password)" <<'SQL'
CREATE ROLE keycloak LOGIN PASSWORD :'password';
CREATE DATABASE keycloak OWNER keycloak;
REVOKE ALL ON DATABASE keycloak FROM PUBLIC;
SQL
