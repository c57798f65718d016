#!/bin/sh
# Brings a backup back.
#
#   restore_mlflow_backup.sh --list
#   restore_mlflow_backup.sh [--database | --artifacts] [--force] NAME|NUMBER
#
# The number is the one that --list shows, 1 being the newest. Without --force it asks first. What is there now is
# replaced: the database as a whole or not at all, and the artifacts file by file.
set -eu
directory=${BACKUP_DIR:-/backup/mlflow}
artifacts=${ARTIFACTS_DIR:-/mlflow/artifacts}
mode=full force=no wanted=
list() { find "$directory" -mindepth 1 -maxdepth 1 -name 'mlflow_backup_*' -exec basename {} \; | sort -r; }
while [ $# -gt 0 ]; do
    case $1 in
        --list) list | nl -w 1 -s '  '; exit 0 ;;
        --database) mode=database ;;
        --artifacts) mode=artifacts ;;
        --force) force=yes ;;
        -*) echo "unknown argument: $1" >&2; exit 2 ;;
        *) wanted=$1 ;;
    esac
    shift
done
case $wanted in
    '') echo "which backup? --list shows them" >&2; exit 2 ;;
    *[!0-9]*) name=$wanted ;;
    *) name=$(list | sed -n "${wanted}p") ;;
esac
case $name in
    '' | */* | *..*) echo "there is no backup '$wanted'" >&2; exit 1 ;;
esac
[ -e "$directory/$name" ] || { echo "there is no backup '$name'" >&2; exit 1; }
if [ "$force" != yes ]; then
    printf 'Replace what is there (%s) by %s? [y/N] ' "$mode" "$name"
    IFS= read -r answer || answer=
    [ "$answer" = y ] || { echo "nothing was changed" >&2; exit 1; }
fi

work=$directory/$name
if [ -f "$work" ]; then
    work=$(mktemp -d "$directory/.restore.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    tar -C "$work" -xzf "$directory/$name"
fi
(cd "$work" && sha256sum --quiet --check SHA256SUMS) || { echo "$name is damaged; nothing was changed" >&2; exit 1; }
if [ "$mode" != artifacts ]; then
    pg_restore --dbname="${PGDATABASE:-mlflow}" --clean --if-exists --no-owner --single-transaction \
        "$work/database.dump"
    echo "the database is as in $name"
fi
if [ "$mode" != database ]; then
    tar -C "$artifacts" -xf "$work/artifacts.tar"
    echo "the artifacts of $name are in $artifacts"
fi
