#!/bin/sh
# Sends one of each kind, and checks that the stream has what was taken: exit code 1 when anything was refused or is not there.
#   examples/events/all.sh           TICKET=TKT-1 examples/events/all.sh
set -eu
here=$(dirname "$0")
RUN=$(date +%s)-$$
export RUN
. "$here/send.sh"

before=$(curl --silent --show-error "$base/api/v1/event/?order_by=-id&limit=1" | sed -n 's/.*"objects":\[{[^}]*"seq":\([0-9]*\).*/\1/p')
lines=$(for kind in commit testrun deployment error alert defect message; do "$here/$kind.sh"; done)
printf '%s\n' "$lines"
[ "$(printf '%s\n' "$lines" | wc -l)" -eq 7 ] || { echo 'events: not all of them were taken' >&2; exit 1; }

# The same again: each source and id counts once.
repeated=$(RUN=$RUN "$here/commit.sh")
[ -n "$repeated" ] || { echo 'events: a repeat was not answered like the first' >&2; exit 1; }

sleep 1
count=$(curl --silent --show-error "$base/api/v1/event/?limit=1&id__gt=${before:-0}&subject__startswith=from/" | sed -n 's/.*"total_count":\([0-9]*\).*/\1/p')
[ "$count" = 7 ] || { echo "events: the stream has $count of them, not 7" >&2; exit 1; }
echo "All 7 are in the stream: $base/stream"
