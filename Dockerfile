# Three images: `docker build --target mock .`, `--target gate` and, by default, the MCP server.
FROM rust:1-slim-bookworm AS build
# A C compiler for the cryptography of rustls.
RUN apt-get update && apt-get install -y --no-install-recommends gcc g++ make cmake && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --release --locked -p server -p mock-api -p conformance

FROM debian:bookworm-slim AS base
# The roots that the API's certificate is checked against.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
USER 65532:65532

FROM base AS mock
COPY --from=build /src/target/release/pilot-status-mock /usr/local/bin/
EXPOSE 4010
ENTRYPOINT ["pilot-status-mock"]
CMD ["--listen", "0.0.0.0:4010"]

# The gate: docker run --rm --network host --user "$(id -u)" -v "$PWD:/reports" IMAGE --api URL --mcp URL --report html=gate.html
FROM base AS gate
COPY --from=build /src/target/release/pilot-status-conformance /usr/local/bin/
WORKDIR /reports
ENTRYPOINT ["pilot-status-conformance"]

FROM base AS server
COPY --from=build /src/target/release/pilot-status-mcp /usr/local/bin/
ENV PILOT_STATUS_MCP_LISTEN=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT ["pilot-status-mcp"]
CMD ["http"]
