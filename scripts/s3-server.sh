#!/usr/bin/env bash
# Serves S3 for the tests: Ceph's object gateway with a cluster of one process each, whose content stays in memory.
# Usage: s3-server.sh DIRECTORY GATEWAY_PORT MONITOR_PORT ACCESS_KEY SECRET_KEY. Prints "ready" when it serves. Exits and deletes the directory when
# its standard input closes. ./test installs Ceph into .build/ceph.
set -euo pipefail

self=$(readlink -f -- "${BASH_SOURCE[0]}")
ceph=${self%/scripts/*}/.build/ceph
directory=$1 gateway_port=$2 monitor_port=$3
export AWS_KEY=$4 AWS_SECRET=$5

if [[ -x $ceph/usr/bin/radosgw ]]; then
    libraries=$(compgen -G "$ceph/usr/lib/*-linux-gnu")
    export PATH=$ceph/usr/bin:$PATH LD_LIBRARY_PATH=$libraries:$libraries/ceph:$ceph/lib/${libraries##*/}
else
    libraries=$(compgen -G '/usr/lib/*-linux-gnu/rados-classes')
    libraries=${libraries%/*}
fi

processes=()
finish() {
    ((${#processes[@]} == 0)) || kill -KILL "${processes[@]}" 2>/dev/null || true
    rm -rf -- "$directory"
}
trap finish EXIT

mkdir -p -- "$directory/mon" "$directory/osd"
cd -- "$directory"
cluster=$(cat /proc/sys/kernel/random/uuid)
cat >ceph.conf <<END
[global]
fsid = $cluster
keyring = $directory/keyring
mon host = [v2:127.0.0.1:$monitor_port]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
run dir = $directory
admin socket =
log file =
log to stderr = true
err to stderr = true
debug ms = 0/0
debug mon = 0/0
debug rocksdb = 0/0
debug osd = 0/0
debug rgw = 0/0
mon data = $directory/mon
mon allow pool size one = true
paxos propose interval = 0.05
paxos min wait = 0.01
osd data = $directory/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd class dir = $libraries/rados-classes
plugin dir = $libraries/ceph
erasure code dir = $libraries/ceph/erasure-code
rgw frontends = beast endpoint=127.0.0.1:$gateway_port
rgw thread pool size = 32
rgw gc obj min wait = 1
rgw gc processor period = 5
END

# start NAME COMMAND…: starts a process of the cluster.
start() {
    "${@:2}" --conf ceph.conf -f </dev/null >"$1.log" 2>&1 &
    processes+=($!)
}

# try COMMAND…: runs a command, and shows its output if it fails.
try() {
    "$@" </dev/null >try.log 2>&1 || { tail -n 5 try.log >&2; exit 1; }
}

try ceph-authtool --create-keyring keyring --gen-key -n mon. --cap mon 'allow *'
try ceph-authtool keyring --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *'
try ceph-authtool keyring --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *'
try monmaptool --create --fsid "$cluster" --addv a "[v2:127.0.0.1:$monitor_port]" monmap
try osdmaptool --conf ceph.conf --createsimple 1 osdmap
try ceph-mon --conf ceph.conf --mkfs -i a --monmap monmap --osdmap osdmap --keyring keyring
start mon ceph-mon -i a
try ceph-osd --conf ceph.conf --mkfs -i 0 --osd-uuid "$(cat /proc/sys/kernel/random/uuid)"
start osd ceph-osd -i 0
try timeout 60 radosgw-admin --conf ceph.conf user create --uid tests --display-name tests --access-key "$AWS_KEY" --secret-key "$AWS_SECRET"
start gateway radosgw -n client.admin
for ((tries = 0; ; tries++)); do
    (: <"/dev/tcp/127.0.0.1/$gateway_port") 2>/dev/null && break
    ((tries < 300)) || { tail -n 5 gateway.log >&2; exit 1; }
    sleep 0.1
done
echo ready
cat >/dev/null
