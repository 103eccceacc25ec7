#!/bin/bash
# Exits with 0 when the process of this container is ready. Bash alone, since it runs every few seconds.
exec 3<>"/dev/tcp/127.0.0.1/$PORT" || exit 1
printf 'GET /ready HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
read -r -t 4 _ status _ <&3
[ "$status" = 200 ]
