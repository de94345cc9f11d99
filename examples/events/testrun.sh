#!/bin/sh
# A test suite ran.
#   examples/events/testrun.sh            STAMP_URL=http://localhost:8001 TICKET=TKT-1 examples/events/testrun.sh
set -eu
. "$(dirname "$0")/send.sh"

# Named here: the event is in that ticket's history too.
ticket=${TICKET:+"\"ticket\": \"$TICKET\","}

send "{\"specversion\": \"1.0\", \"id\": \"testrun.finished-$run\", \"source\": \"https://ci.example/dep8\", \"type\": \"testrun.finished\", ${ticket-}
  \"link\": \"https://ci.example/dep8/$run\",
  \"data\": {\"suite\": \"dep8\", \"verdict\": \"failed\", \"total\": 120, \"failed\": 3, \"revision\": \"4f1a2b3\"}}"
