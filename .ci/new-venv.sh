#!/bin/sh
# Make a virtual environment: new-venv.sh FOLDER PYTHON... ; the first PYTHON that is 3.11 or later is taken.
# Debian ships Python without its venv module: as root there, that module is installed too.
set -eu
folder=$1
shift

can_make() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
make_it() {
    echo "Making $folder with $("$1" --version)."
    exec "$1" -m venv --clear "$folder"
}

for python in "$@"; do
    if can_make "$python"; then make_it "$python"; fi
done
for python in "$@"; do
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "$python has no venv module: installing Debian's python3-venv."
        apt-get -qq update && apt-get -qq install --yes python3-venv >/dev/null
        if can_make "$python"; then make_it "$python"; fi
    fi
    echo "$python cannot make virtual environments: install its venv module (Debian: apt install python3-venv)." >&2
    exit 1
done
echo "Python 3.11 or newer is needed and was not found among: $*." >&2
echo "Install one (Debian: apt install python3 python3-venv), or name yours: make install PYTHON=/path/to/python3" >&2
exit 1
