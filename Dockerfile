# One image for every way of running fury-bot: `serve`, `worker` and `migrate` on one machine, the
# same three as AWS Lambda functions (serverless.yml), and `demo` to try it.

ARG PYTHON_VERSION=3.12

FROM python:${PYTHON_VERSION}-slim AS build
RUN python -m venv /opt/fury-bot
ENV PATH=/opt/fury-bot/bin:$PATH

# torch by itself, so that a change of fury-bot does not fetch it again. The usual index has it
# with CUDA, some gigabytes of it; name the index of the CPU wheels by
#   docker build --build-arg TORCH_INDEX_URL=…
ARG TORCH_INDEX_URL
# (pyproject.toml says which versions will do.)
# hadolint ignore=DL3013
RUN pip install --no-cache-dir ${TORCH_INDEX_URL:+--index-url "$TORCH_INDEX_URL"} "torch>=2.6"

WORKDIR /src
COPY . .
# hadolint ignore=DL3013
RUN pip install --no-cache-dir ".[lambda]"


FROM python:${PYTHON_VERSION}-slim
RUN useradd --uid 10001 --create-home fury-bot \
    && install --directory --owner=fury-bot --group=fury-bot /var/lib/fury-bot
COPY --from=build /opt/fury-bot /opt/fury-bot

# The embedding model is part of the installation, so nothing is to be asked of the model hub.
ENV PATH=/opt/fury-bot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1 \
    FURY_BOT_DATA_DIR=/var/lib/fury-bot

USER 10001
WORKDIR /var/lib/fury-bot
EXPOSE 8000

# Of `serve`; the other commands listen to nothing, and compose.yaml says so.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

ENTRYPOINT ["fury-bot"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
