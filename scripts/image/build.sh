#!/usr/bin/env bash
# build.sh FOLDER: publishes the server, with the .NET runtime that it needs, into a folder. Requires the SDK.
set -euo pipefail

self=$(readlink -f -- "${BASH_SOURCE[0]}")
root=${self%/scripts/*}
# shellcheck source=scripts/prepare.sh
source "$root/scripts/prepare.sh"

(($# == 1)) || fail 2 "usage: build.sh FOLDER"
folder=$(realpath -m -- "$1")
find_dotnet
mkdir -p "$build"
log=$(publish Silo "$folder" "$build/image-work" --use-current-runtime --self-contained) || {
    build_errors "$log"
    fail 1 "the build failed"
}
