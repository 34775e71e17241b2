#!/bin/sh
# Tries a public client, unmodified, against the sandbox at Kommo's true names over https. Linux, as root:
#   tests/clients/run.sh node   FOLDER   after: npm install --prefix FOLDER amocrm-js@3.6.0
#   tests/clients/run.sh python FOLDER   after: pip install --target FOLDER amocrm-api==2.6.1
#   tests/clients/run.sh php    FILE     after: composer require amocrm/amocrm-api-library:1.16.0; FILE is vendor/autoload.php
# The names and port 443 are taken in a network and a hosts file of its own: nothing of the machine is changed.
# PYTHON names the interpreter that has the sandbox's requirements. Leaves with 0 when everything went as in the cloud.
set -eu
cd "$(dirname "$0")/../.."
if [ -z "${KCK_CLIENT_INSIDE:-}" ]; then
  [ $# -eq 2 ] || { sed -n '2,7s/^# //p' "$0"; exit 2; }
  exec env KCK_CLIENT_INSIDE=1 unshare --mount --net sh "$0" "$1" "$(realpath "$2")"
fi
python=${PYTHON:-python3}
folder=$(mktemp -d)
ip link set lo up
"$python" -m sandbox hosts --authority "$folder/ca.pem" > "$folder/hosts"
echo "127.0.0.1 localhost" >> "$folder/hosts"
mount --bind "$folder/hosts" /etc/hosts
profile=amocrm
[ "$1" = node ] && profile=kommo
"$python" -m sandbox --port 8800 --tls-port 443 --authority "$folder/ca.pem" --profile $profile > "$folder/log" 2>&1 &
sandbox=$!
trap 'kill $sandbox 2> /dev/null; rm -r "$folder"' EXIT
until "$python" -c 'import socket; socket.create_connection(("127.0.0.1", 443))' 2> /dev/null; do
  kill -0 $sandbox || { cat "$folder/log"; exit 1; }
done
export REQUESTS_CA_BUNDLE="$folder/ca.pem" NODE_EXTRA_CA_CERTS="$folder/ca.pem"
case $1 in
  node) NODE_PATH="$2/node_modules" node tests/clients/amocrm_js.js ;;
  python) PYTHONPATH="$2" "$python" tests/clients/amocrm_api.py ;;
  php) php -d curl.cainfo="$folder/ca.pem" -d openssl.cafile="$folder/ca.pem" tests/clients/amocrm_php.php "$2" ;;
esac || { tail -20 "$folder/log"; exit 1; }
echo "all as in the cloud"
