#!/bin/sh
# Commits were pushed.
#   examples/events/commit.sh            STAMP_URL=http://localhost:8001 TICKET=TKT-1 examples/events/commit.sh
set -eu
. "$(dirname "$0")/send.sh"

# Named here: the event is in that ticket's history too.
ticket=${TICKET:+"\"ticket\": \"$TICKET\","}

send "{\"specversion\": \"1.0\", \"id\": \"commit.pushed-$run\", \"source\": \"https://git.example/shop\", \"type\": \"commit.pushed\", ${ticket-}
  \"link\": \"https://git.example/shop/$run\",
  \"data\": {\"repository\": \"shop\", \"branch\": \"main\", \"revision\": \"4f1a2b3\", \"author\": \"alice\", \"commits\": 2}}"
