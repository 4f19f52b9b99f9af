# The image of the server. All steps are scripts of the repository, which a test runs into a directory of its own.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
COPY . /source
RUN /source/scripts/image/build.sh /opt/vgpnn

FROM debian:bookworm-slim
COPY scripts/image/install.sh /tmp/install.sh
RUN /tmp/install.sh && rm /tmp/install.sh
COPY --from=build /opt/vgpnn /opt/vgpnn
USER 10001:10001
WORKDIR /tmp
ENV HOME=/tmp
# HTTP, silo to silo, gateway.
EXPOSE 7413 11111 30000
ENTRYPOINT ["/opt/vgpnn/silo"]
