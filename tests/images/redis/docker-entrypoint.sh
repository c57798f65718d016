#!/bin/sh
# Takes the arguments the official image takes: options alone mean redis-server with these options.
set -e
case $1 in
    -* | *.conf) set -- redis-server "$@" ;;
esac
if [ "$1" = redis-server ]; then
    shift
    # The official build listens to other containers; Debian's refuses them unless told.
    case $1 in
        *.conf) settings=$1; shift; set -- redis-server "$settings" --protected-mode no "$@" ;;
        *) set -- redis-server --protected-mode no "$@" ;;
    esac
    if [ "$(id -u)" = 0 ]; then
        find . \! -user redis -exec chown redis:redis '{}' +
        set -- setpriv --reuid=redis --regid=redis --init-groups "$@"
    fi
fi
exec "$@"
