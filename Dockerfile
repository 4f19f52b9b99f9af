# The server's image. All steps are scripts of the repository, which a test runs into a root of their own.
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
EXPOSE 7413
ENTRYPOINT ["/opt/vgpnn/silo"]
