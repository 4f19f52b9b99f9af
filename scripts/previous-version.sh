#!/usr/bin/env bash
# previous-version.sh [REVISION]: builds the silo of an earlier version once, from a separate worktree, and prints its folder. The default revision is
# the newest tag v* before this one. Exit status 3: there is no such tag or revision.
set -euo pipefail

self=$(readlink -f -- "${BASH_SOURCE[0]}")
root=${self%/scripts/*}
# shellcheck source=scripts/prepare.sh
source "$root/scripts/prepare.sh"

newest_tag() {
    local from=HEAD
    # If HEAD has a tag itself, the previous tag is used.
    [[ -z $(git -C "$root" tag --points-at HEAD --list 'v*') ]] || from=HEAD^
    git -C "$root" describe --tags --match 'v*' --abbrev=0 "$from" 2>/dev/null
}

revision=${1:-$(newest_tag)} || fail 3 "found no tag v* before this version"
commit=$(git -C "$root" rev-parse --verify --quiet "$revision^{commit}") || fail 3 "unknown revision $revision"
folder=$build/versions/$commit
if [[ ! -e $folder/silo.dll ]]; then
    source=$build/versions/source-$commit
    find_dotnet
    mkdir -p "$build/versions"
    git -C "$root" worktree prune
    [[ -d $source ]] || git -C "$root" worktree add --quiet --detach "$source" "$commit"
    say "building the silo of $revision…"
    log=$(dotnet publish "$source/src/Silo" --configuration Release --output "$folder.new" -p:RunAnalyzers=false --disable-build-servers \
        -nologo -tl:off -consoleLoggerParameters:ErrorsOnly 2>&1 </dev/null) || { build_errors "$log"; fail 1 "the build failed"; }
    git -C "$root" worktree remove --force "$source"
    mv -T -- "$folder.new" "$folder"
fi
printf '%s\n' "$folder"
