#!/bin/sh
# Writes the settings for docker-compose.yml, with new secrets, to standard output:
#   sh infra/deploy/make-env.sh lessons.school.example > .env
set -eu
umask 077

if [ $# -ne 1 ]; then
  echo 'It is called with the name that browsers will type: sh infra/deploy/make-env.sh lessons.school.example > .env' >&2
  exit 2
fi

random() {
  od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'
}

while IFS= read -r line; do
  case $line in
    SITE_ADDRESS=*) echo "SITE_ADDRESS=$1" ;;
    S3_ACCESS_KEY_ID=*) echo "S3_ACCESS_KEY_ID=GK$(random 16)" ;;
    SECRET= | *_PASSWORD= | *_SECRET= | S3_SECRET_ACCESS_KEY=) echo "$line$(random 32)" ;;
    *) echo "$line" ;;
  esac
done < "$(dirname "$0")/example.env"
