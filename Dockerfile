# A static binary in an image that holds nothing else.
#
#   docker build -t colloquy --build-arg VERSION=1.0.0 .
#   docker run -v colloquy:/data colloquy
#
# For several replicas on PostgreSQL see docker-compose.yml.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=devel
ARG COMMIT=
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false \
      -ldflags "-s -w -X main.version=${VERSION} -X main.commit=${COMMIT}" \
      -o /out/colloquy ./cmd/colloquy
RUN mkdir /out/data /out/ledger

# Holds CA certificates and a user "nonroot" (65532); time zones are in the binary.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/colloquy /usr/local/bin/colloquy
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/ledger /ledger
WORKDIR /data
VOLUME /data
USER 65532:65532
ENV COLLOQUY_DB=/data/colloquy.db COLLOQUY_LOG_FORMAT=json
# Whether what is due gets done, by the database. Where serve listens, 'doctor --ready' asks it instead.
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s CMD ["/usr/local/bin/colloquy", "doctor", "--quick"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/colloquy"]
CMD ["serve"]
