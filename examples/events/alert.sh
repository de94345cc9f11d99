#!/bin/sh
# A monitor raised an alert.
#   examples/events/alert.sh            STAMP_URL=http://localhost:8001 TICKET=TKT-1 examples/events/alert.sh
set -eu
. "$(dirname "$0")/send.sh"

# Named here: the event is in that ticket's history too.
ticket=${TICKET:+"\"ticket\": \"$TICKET\","}

send "{\"specversion\": \"1.0\", \"id\": \"alert.fired-$run\", \"source\": \"https://monitor.example/shop\", \"type\": \"alert.fired\", ${ticket-}
  \"link\": \"https://monitor.example/shop/$run\",
  \"data\": {\"name\": \"HighLatency\", \"service\": \"shop\", \"summary\": \"p99 is above 1 s\"}}"
