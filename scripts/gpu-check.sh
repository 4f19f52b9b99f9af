#!/usr/bin/env bash
# Checks and measures the GPU kernels on a machine with a GPU.
#
#   scripts/gpu-check.sh publish [FOLDER]   build a folder that runs without .NET (default .build/gpu-check)
#   FOLDER/gpu-check.sh                     run all eight steps in less than 8 minutes, and print one table
#   FOLDER/gpu-check.sh --small             the same with sizes for PoCL; run it before using a GPU
#
# Every step has its own time limit, and a failed step does not stop the others. Reports go to $OUT, or to a new folder if it is not set.
set -uo pipefail
here=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)

if [[ ${1:-} == publish ]]; then
    set -e
    root=$(dirname -- "$here")
    folder=${2:-$root/.build/gpu-check}
    # The checking program first: the command line shares its runtime.
    for project in benchmarks/GpuCheck src/Client; do
        dotnet publish "$root/$project" --configuration Release --runtime linux-x64 --self-contained --output "$folder" \
            --artifacts-path "$root/.build/gpu-check-work" -p:PublishReadyToRun=true -p:DebugType=none -p:RunAnalyzers=false \
            --disable-build-servers -nologo -tl:off -consoleLoggerParameters:ErrorsOnly
    done
    rm -f -- "$folder"/*.xml "$folder"/*.pdb
    cp -- "${BASH_SOURCE[0]}" "$folder/gpu-check.sh"
    du -sh -- "$folder"
    exit
fi

small=
[[ ${1:-} == --small ]] && small=1
out=${OUT:-$(mktemp -d)}
check=$here/gpu-check

# The directories where containers mount NVIDIA's driver.
export LD_LIBRARY_PATH=/usr/local/nvidia/lib64:${LD_LIBRARY_PATH:-}
table=()

# step NAME LIMIT COMMAND…: runs a step, keeps its output, and records its result.
step() {
    local name=$1 limit=$2 log began status state
    shift 2
    log=$out/${name%% *}.log
    printf '\n== %s\n' "$name"
    began=$SECONDS
    timeout --kill-after=5 "$limit" "$@" >"$log" 2>&1
    status=$?
    case $status in
        0) state=passed ;;
        124 | 137) state="over ${limit} s" ;;
        *) state="failed ($status)" ;;
    esac
    grep -v 'warnings\? generated' "$log" | tail -n 40
    table+=("$(printf '%-34s %-14s %4d s' "$name" "$state" $((SECONDS - began)))")
}

skip() {
    printf '\n== %s\nskipped: %s\n' "$1" "$2"
    table+=("$(printf '%-34s %-14s %s' "$1" skipped "$2")")
}

both() {
    local group status=0
    for group in "$@"; do "$check" golden "$group" || status=1; done
    return $status
}

list() {
    nvidia-smi --query-gpu=name,driver_version,memory.total,compute_cap --format=csv,noheader 2>/dev/null
    "$check" devices && "$here/vgpnn" devices
}

times() {
    local height=$1 group
    shift
    for group in "$@"; do "$check" kernels "$height" "$group" || return; done
}

samples() {
    local case
    for case in "$@"; do
        # shellcheck disable=SC2086
        "$check" samples ${case//:/ } || return
    done
}

export -f both list times samples
export check here

step '1 devices' 15 bash -c list
if [[ $small ]]; then
    step '2 golden' 120 bash -c 'both sim square'
else
    step '2 golden' 60 bash -c 'both sim wide square small'
fi

if type -P compute-sanitizer >/dev/null && compute-sanitizer --version >/dev/null 2>&1; then
    for tool in memcheck racecheck initcheck; do
        step "3 $tool" 60 compute-sanitizer --tool "$tool" --error-exitcode 9 "$check" golden wide
    done
else
    skip '3 sanitizer' 'compute-sanitizer is not installed'
fi

step '4 ceilings' 30 "$check" ceilings
if [[ $small ]]; then
    step '5 kernels' 60 bash -c 'times 40 wide'
    step '6 samples' 90 bash -c 'samples 32:5:1,2'
else
    step '5 kernels' 60 bash -c 'times 144 wide square && times 1080 wide square'
    step '6 samples' 90 bash -c 'samples 144:13:1,2,4,8,16 720:13:1 1080:13:1'
fi

step '7 faults' 40 "$check" faults
if type -P ncu >/dev/null; then
    step '8 profile' 60 ncu --clock-control none --launch-skip 12 --launch-count 12 --set full -o "$out/profile" "$check" kernels 144 wide
else
    skip '8 profile' 'ncu is not installed'
fi

printf '\n'
printf '%s\n' "${table[@]}"
printf '\nlogs: %s\n' "$out"
[[ ! ${table[*]} =~ failed|over ]]
