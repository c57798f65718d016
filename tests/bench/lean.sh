#!/usr/bin/env bash
# Links the program anew as target/lean/mcp-tui, with the functions that the console runs beside each other.
#
#   tests/bench/lean.sh                     builds it first, where that was not done
#   CONTAINERS=20 TRAIN=60                  what it is watched with, and for how many seconds
#
# Of the program's functions the console runs an eighth, and the kernel brings in 64 KiB for each page of it that is
# touched: spread over the whole they take 8 MB more than beside each other. The order is found out by running it under
# valgrind and is that of this build alone, so it is not kept. Nothing else of it changes: not its code, and not what it
# does. It has a place of its own, since whatever cargo builds next puts the usual program in target/release again.
#
# Needs a Docker Engine, cargo, valgrind (Debian's package of that name) and the linker lld, which rustc brings along on
# x86-64 Linux. Takes as long as linking with optimisation over all crates does, some minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
command -v valgrind >/dev/null || { echo "lean: valgrind is needed: apt-get install valgrind" >&2; exit 2; }
cargo build --release
set --
. tests/bench/common.sh

tests/images/build busybox
for number in $(seq "${CONTAINERS:-20}"); do
    create 100m "mcplean$$-$((number % 4))" "s$number" sh -c 'while :; do echo "INFO served took=12ms"; sleep 1; done'
    docker start "mcplean$$-$((number % 4))-s$number-1" >/dev/null
done

say "watching it for ${TRAIN:-60} s"
# Through every pane and back, as somebody would who looks around.
keys() {
    sleep "${TRAIN:-60}"
    for key in j j k k 2 3 4 5 1 j k j k; do
        printf %s "$key"
        sleep 0.5
    done
    sleep 10
    printf q
}
watched="valgrind --tool=callgrind --demangle=no --compress-strings=no --callgrind-out-file=$work/calls"
keys | script -qec "stty rows 48 cols 160; $watched --log-file=$work/valgrind $ours" /dev/null >/dev/null
sed -n 's/^fn=\([^ ]*\).*/\1/p' "$work/calls" | sort -u >"$work/order"
say "$(wc -l <"$work/order") functions are put beside each other"
attended cargo rustc --release --bin mcp-tui -- \
    -C "link-arg=-Wl,--symbol-ordering-file=$work/order" -C link-arg=-Wl,--no-warn-symbol-ordering
install -D "$ours" target/lean/mcp-tui
say "target/lean/mcp-tui is linked anew: tests/bench/console.sh target/lean/mcp-tui measures it"
