# The binary on a slim Debian. Build: docker build --build-arg BIZCOMMS_COMMIT=$(git rev-parse --short=12 HEAD) -t bizcomms .
FROM debian:12-slim AS build
WORKDIR /source
COPY packages.txt packages.txt
COPY scripts/install_packages scripts/install_packages
RUN scripts/install_packages run dev build
COPY . .
ARG BIZCOMMS_COMMIT=unknown
RUN BIZCOMMS_COMMIT=$BIZCOMMS_COMMIT make build && strip --strip-debug build/release/bizcomms

FROM debian:12-slim
COPY packages.txt /usr/share/bizcomms/packages.txt
COPY scripts/install_packages /usr/share/bizcomms/scripts/install_packages
RUN /usr/share/bizcomms/scripts/install_packages run && rm -rf /var/lib/apt/lists/*
COPY --from=build /source/build/release/bizcomms /usr/local/bin/bizcomms
COPY --from=build /source/config/bizcomms.toml /etc/bizcomms/bizcomms.toml
USER 10001:10001
ENV BIZCOMMS_LISTEN=0.0.0.0:8000
EXPOSE 8000 9101 9102 9103
ENTRYPOINT ["bizcomms"]
CMD ["serve"]
