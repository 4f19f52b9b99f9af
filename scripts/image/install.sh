#!/bin/sh
# install.sh: installs the Debian packages that the server requires, and creates the user that runs it. Runs in the image, as root.
set -eu

apt-get update
# ffmpeg, OpenCL's loader (the driver comes from the host), the libraries of .NET, and util-linux for ffmpeg's sandbox.
DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
    ca-certificates ffmpeg libgcc-s1 libssl3 libstdc++6 ocl-icd-libopencl1 util-linux
rm -rf /var/lib/apt/lists/* /var/cache/apt/*

# A container runtime mounts NVIDIA's driver, but not the file through which OpenCL finds it.
mkdir -p /etc/OpenCL/vendors
echo libnvidia-opencl.so.1 >/etc/OpenCL/vendors/nvidia.icd

groupadd --gid 10001 vgpnn
useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin vgpnn
