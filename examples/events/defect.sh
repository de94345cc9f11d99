#!/bin/sh
# Somebody found a defect.
#   examples/events/defect.sh            STAMP_URL=http://localhost:8001 TICKET=TKT-1 examples/events/defect.sh
set -eu
. "$(dirname "$0")/send.sh"

# Named here: the event is in that ticket's history too.
ticket=${TICKET:+"\"ticket\": \"$TICKET\","}

send "{\"specversion\": \"1.0\", \"id\": \"defect.reported-$run\", \"source\": \"https://bugs.example/shop\", \"type\": \"defect.reported\", ${ticket-}
  \"link\": \"https://bugs.example/shop/$run\",
  \"data\": {\"defect\": \"BUG-7\", \"title\": \"The menu is empty\", \"reporter\": \"bob\"}}"
