#!/bin/sh
# Make the virtual environment $1 with the pinned packages of $2, on a bare Debian or Ubuntu too.
set -eu
venv=$1
requirements=$2

for python in "${PYTHON3:-}" python3.13 python3.12 python3.11 python3; do
    [ -n "$python" ] && command -v "$python" >/dev/null 2>&1 || continue
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        found=$python
        break
    fi
done
if [ -z "${found:-}" ]; then
    echo "Python 3.11 or later is needed. Run: sudo apt-get install python3 python3-venv" >&2
    exit 1
fi

if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    # Debian's Python comes without the part that puts pip into an environment.
    if ! "$found" -c 'import ensurepip, venv' 2>/dev/null; then
        package=$("$found" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            echo "installing $package"
            apt-get update -qq
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" \
                >/dev/null
        else
            echo "This Python cannot make environments. Run: sudo apt-get install $package" >&2
            exit 1
        fi
    fi
    rm -rf "$venv"
    "$found" -m venv "$venv"
fi

echo "installing the packages of $requirements"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --root-user-action=ignore -r "$requirements"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --root-user-action=ignore --no-deps -e .
