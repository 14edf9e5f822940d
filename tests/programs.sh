#!/bin/sh
# The programs of the system that the long tests use: installed where that may be done, else named with what is skipped.
set -eu

# program        Debian package         what it is for
need() {
  command -v "$1" > /dev/null 2>&1 && return
  missing="$missing $2"
  echo "$1 is missing ($2): $3" >&2
}

missing=
need chromium chromium 'the pages in a browser'
need localc libreoffice-calc 'workbooks in an office program'
need lowriter libreoffice-writer 'the bulletin in an office program'
need java openjdk-17-jre-headless 'nights on Spark'
need pdfinfo poppler-utils 'what was printed'
if ! command -v initdb > /dev/null 2>&1 && ! ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1; then
  missing="$missing postgresql"
  echo 'initdb is missing (postgresql): an installation with its services on PostgreSQL' >&2
fi
# Without a Chinese font every character is an empty box of another width.
if ! fc-list ':lang=zh-cn' 2> /dev/null | grep -q .; then
  missing="$missing fonts-noto-cjk"
  echo 'A Chinese font is missing (fonts-noto-cjk): pages and print as a reader sees them' >&2
fi

[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null 2>&1; then
  # shellcheck disable=SC2086 - one word a package
  if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; then
    exit 0
  fi
fi
echo "Not installed:$missing. Tests that need them are skipped and say so." >&2
