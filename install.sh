#!/bin/sh
# install.sh SET [PROGRAM...]: brings .venv to exactly the packages of requirements/SET.txt (base, dev, cpu, gpu or ray),
# fetching uv first where it is absent, and looks for the programs that are no Python package: Ghostscript, pdfTeX for all
# sets but base, what the tests of dev and cpu need, and those named (Debian packages of the same name).
set -eu
cd "$(dirname "$0")"
set_name=${1:?usage: ./install.sh base|dev|cpu|gpu|ray [program...]}
shift
requirements=requirements/$set_name.txt
[ -f "$requirements" ] || { echo "install.sh: there is no $requirements; choose base, dev, cpu, gpu or ray" >&2; exit 2; }

as_root() { # runs a command as root if that is possible without asking anybody
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

apt_install() { # apt_install PACKAGE PROGRAM WITHOUT: what will be missing without it
    command -v "$2" >/dev/null 2>&1 && return 0
    if command -v apt-get >/dev/null 2>&1 && as_root true 2>/dev/null; then
        echo "installing $1"
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$1" >/dev/null 2>&1 && return 0
        as_root apt-get update -q >/dev/null 2>&1 || true
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$1" >/dev/null 2>&1 && return 0
    fi
    echo "install.sh: $2 is not on this machine and could not be installed (Debian: apt-get install $1). Without it $3." >&2
}

apt_install ghostscript gs "EPS and PostScript figures become rejects (renderer_missing)"
[ "$set_name" = base ] || apt_install texlive-pictures pdflatex "figures drawn in TeX become rejects (needs_tex) and their tests are skipped"
case $set_name in dev | cpu)
    [ -n "$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null)" ] || apt_install postgresql initdb "the tests of Dagster on PostgreSQL are skipped"
    apt_install chromium chromium "the tests of pages in a browser are skipped"
    ;;
esac
for program in "$@"; do
    apt_install "$program" "$program" "what compares with it cannot"
done

# A Python that uv has to fetch lies inside the project: services may not read root's home.
export UV_PYTHON_INSTALL_DIR="$PWD/.uv/python"
UV=$(command -v uv || true)
if [ -z "$UV" ]; then
    UV=.uv/bin/uv
    if [ ! -x "$UV" ]; then
        echo "installing uv into .uv"
        python3 -m venv .uv 2>/dev/null || { apt_install python3-venv python3-venv "uv cannot be installed"; python3 -m venv .uv; }
        .uv/bin/python -m pip install --quiet uv
    fi
fi

# A larger set serves as well as the one asked for, so that `make demo` after `make test` finds all it needs.
case $set_name in
    base) larger="dev cpu gpu ray" ;;
    dev) larger="cpu" ;;
    *) larger="" ;;
esac
wanted=$(cksum "$requirements")
for other in $set_name $larger; do
    [ -f .venv/installed ] && [ "$(cat .venv/installed)" = "$(cksum "requirements/$other.txt")" ] && exit 0
done
[ -x .venv/bin/python ] || "$UV" venv --quiet --python ">=3.11,<3.15" .venv
echo "installing $requirements into .venv"
rm -f .venv/installed # an interrupted installation does not count
"$UV" pip sync --quiet --require-hashes --python .venv/bin/python "$requirements"
echo "$wanted" > .venv/installed
