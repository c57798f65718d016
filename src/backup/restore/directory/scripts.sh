# What lies in a directory is put aside and what was staged beside it takes its place, and back. Each name is moved by a
# rename within one file system. That all of the old side is aside shows by the name of its directory, which is given in
# one rename: whatever ends this in between, running it again goes on, and running the other brings all of it back.
#
#   sh scripts.sh forward|back|discard|accept DIRECTORY ID [NAME…]
set -eu
what=$1
cd -- "$2"
new=.mcp-tui-new-$3 old=.mcp-tui-old-$3 moving=.mcp-tui-moving-$3
shift 3

move() { # FROM TO [NAME…]
    from=$1 to=$2
    shift 2
    if [ $# -eq 0 ]; then
        set -- "$from"/* "$from"/.[!.]* "$from"/..?*
    else
        for name; do
            shift
            set -- "$@" "$from/$name"
        done
    fi
    for entry; do
        if [ ! -e "$entry" ] && [ ! -L "$entry" ]; then continue; fi
        case ${entry##*/} in .mcp-tui-*) continue ;; esac
        mv -- "$entry" "$to/"
    done
}

any() { # DIRECTORY [NAME…]
    from=$1
    shift
    for name; do
        if [ -e "$from/$name" ] || [ -L "$from/$name" ]; then return 0; fi
    done
    return 1
}

like() { # MODEL DIRECTORY
    chown "$(stat -c %u:%g -- "$1")" "$2"
    chmod "$(stat -c %a -- "$1")" "$2"
}

case $what in
    forward)
        if [ ! -d "$old" ]; then
            [ -d "$new" ]
            # Nothing is put aside that nothing takes the place of.
            [ $# -eq 0 ] || any "$new" "$@"
            mkdir -p "$moving"
            [ $# -gt 0 ] || like . "$moving"
            move . "$moving" "$@"
            sync
            mv -- "$moving" "$old"
        fi
        if [ -d "$new" ]; then
            [ $# -gt 0 ] || like "$new" .
            move "$new" . "$@"
            rm -rf -- "$new"
        fi
        ;;
    back)
        if [ -d "$old" ]; then
            mkdir -p "$new"
            [ $# -gt 0 ] || like . "$new"
            move . "$new" "$@"
            [ $# -gt 0 ] || like "$old" .
            sync
            mv -- "$old" "$moving"
        fi
        if [ -d "$moving" ]; then
            move "$moving" . "$@"
            rmdir -- "$moving"
        fi
        ;;
    discard) rm -rf -- "$new" ;;
    accept) rm -rf -- "$old" ;;
    *) exit 64 ;;
esac
sync
