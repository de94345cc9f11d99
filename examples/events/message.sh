#!/bin/sh
# Anything else, in one line. No CloudEvent, no content type: what a shell script can say in passing.
#   examples/events/message.sh 'The nightly build begins'
set -eu
. "$(dirname "$0")/send.sh"

line=$(printf '%s' "${1:-The nightly build begins}" | sed 's/[\\"]/\\&/g')
send "{\"line\": \"$line\", ${TICKET:+\"ticket\": \"$TICKET\",} \"severity\": \"${SEVERITY:-info}\"}" application/x-www-form-urlencoded
