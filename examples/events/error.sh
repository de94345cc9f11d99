#!/bin/sh
# A running service raised an error.
#   examples/events/error.sh            STAMP_URL=http://localhost:8001 TICKET=TKT-1 examples/events/error.sh
set -eu
. "$(dirname "$0")/send.sh"

# Named here: the event is in that ticket's history too.
ticket=${TICKET:+"\"ticket\": \"$TICKET\","}

send "{\"specversion\": \"1.0\", \"id\": \"error.raised-$run\", \"source\": \"https://errors.example/shop\", \"type\": \"error.raised\", ${ticket-}
  \"link\": \"https://errors.example/shop/$run\",
  \"data\": {\"service\": \"shop\", \"environment\": \"qa\", \"message\": \"TypeError: menu is undefined\", \"count\": 12}}"
