#!/bin/sh
# Starts ffmpeg or ffprobe, whichever this file is called, for Vgpnn: in a session of its own, without a network, under
# limits of the kernel, with an empty environment, and with named pipes in place of the standard streams.
#
#   ffmpeg NETWORK MEMORY CPU TASKS ARGUMENT...
#
# NETWORK: "shared", "none" (an empty network namespace) or "user" (the same, in a user namespace).
# MEMORY: KiB of address space; CPU: seconds of processor time; TASKS: processes and threads. 0 means no limit.
#
# The working directory is an empty one inside a private directory that the caller has prepared (CallDirectory.cs):
#   ../ffmpeg ../ffprobe   links to the programs
#   ../log                 named pipe for standard error; its first line is the id of this process and its group
#   ../in ../out           named pipes for standard input and output, where the call has them
#   ../input               link to the file that is read; it is opened here, as descriptor 3
set -u

# FFMpegCore asks once whether there is a program; the real one would take a tenth of a second to answer.
[ "${1-}" = -version ] && exit 0

network=$1 memory=$2 cpu=$3 tasks=$4
shift 4
case $memory$cpu$tasks in '' | *[!0-9]*) exit 125 ;; esac
PATH=/usr/bin:/bin
program=../${0##*/}

exec 2>../log
if [ -p ../in ]; then exec <../in; else exec </dev/null; fi
if [ -p ../out ]; then exec >../out; else exec >/dev/null; fi
# Only now, since the caller closes its own ends of the pipes when it reads this.
echo "$$" >&2

if [ -e ../input ]; then
    [ -r ../input ] || { echo '[fatal] Permission denied' >&2; exit 1; }
    exec 3<../input
fi

if [ "$memory" -gt 0 ]; then
    { ulimit -c 0 && ulimit -f 0 && ulimit -v "$memory" && ulimit -t "$cpu"; } || exit 125
fi

set -- "$program" "$@"
[ "$tasks" -gt 0 ] && set -- prlimit "--nproc=$tasks" "$@"

# Namespaces belong here: bwrap with mount and process namespaces would take the place of unshare. Everything that the
# program needs is open already or below "..".
case $network in
shared) ;;
none) set -- unshare --net "$@" ;;
user) set -- unshare --user --map-current-user --net "$@" ;;
*) exit 125 ;;
esac

command -v setsid >/dev/null && set -- setsid "$@"
exec env -i PATH="$PATH" LC_ALL=C "$@"
