#!/bin/sh
# PostgreSQL's first start: an owner that migrates, and a login role that owns nothing.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$(cat /run/secrets/owner_password)" --set app_password="$(cat /run/secrets/app_password)" <<'SQL'
create role concordat_owner login password :'owner_password';
create role concordat_app login password :'app_password';
create database concordat owner concordat_owner;
revoke all on database concordat from public;
grant connect, temporary on database concordat to concordat_app;
SQL
