# shellcheck shell=bash
# What the scripts in ci/ share.  Source it; it changes to the root of the tree.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C.UTF-8
# shellcheck disable=SC2034 # used by those who source this; Debian's, as its pytest belongs to it
PYTHON=/usr/bin/python3

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 2
}

# install_missing GROUP...: installs what ci/packages.txt lists for these groups and dpkg does not
# have.  Asks nothing of the network when nothing is missing.
install_missing() {
    command -v dpkg-query >/dev/null || {
        echo "$(basename "$0"): not a Debian system; going on with what is installed" >&2
        return 0
    }
    local group package missing=() as=()
    while read -r group package; do
        [[ " $* " == *" $group "* ]] || continue
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            missing+=("$package")
    done < <(grep -v '^#' ci/packages.txt)
    [ ${#missing[@]} -gt 0 ] || return 0

    local type="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null ||
            die "missing: ${missing[*]}; neither root nor sudo here, so as root type: $type"
        as=(sudo)
    fi
    echo "installing: ${missing[*]}"
    as+=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
    local log
    log=$(mktemp)
    # Package lists may be absent or old, so what the lists at hand cannot give is tried once more
    # with new ones.  One broken source among several is no reason to stop: the second try tells.
    if ! "${as[@]}" install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
        "${as[@]}" update >"$log" 2>&1 || true
        if ! "${as[@]}" install -y --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
            local why
            # What could not be fetched explains a package that is not known.
            why=$({
                grep -m1 'Failed to fetch' "$log" || true
                grep -m1 '^E:' "$log" || tail -n1 "$log"
            } | uniq | cut -c1-200)
            rm -f "$log"
            die "cannot install ${missing[*]}"$'\n'"$why"$'\n'"mend that and type it again; by hand, as root: $type"
        fi
    fi
    rm -f "$log"
}

# build PRESET: configures and builds into build/PRESET; says nothing unless it fails.
build() {
    local log=build/$1.log
    mkdir -p build
    if ! { cmake --preset "$1" && cmake --build --preset "$1"; } >"$log" 2>&1; then
        grep -E 'error|FAILED|CMake Error' -A4 "$log" | head -60 >&2 || tail -30 "$log" >&2
        echo "build of preset $1 failed; all of it: $log" >&2
        return 1
    fi
}
