# The mock as a container: docker build -t cogsync-mock . && docker run --rm -p 127.0.0.1:5000:5000 cogsync-mock
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY cogsync_mock ./cogsync_mock
RUN python -m venv /opt/mock && /opt/mock/bin/pip install --no-cache-dir ".[server]"

FROM python:3.13-slim
COPY --from=build /opt/mock /opt/mock
RUN useradd --system --uid 10001 --no-create-home mock && install -d -o mock /data
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 5000
ENV PYTHONUNBUFFERED=1
# Without a shell, so that SIGTERM reaches the server, which then saves and ends within a second.
ENTRYPOINT ["/opt/mock/bin/cogsync-mock", "-H", "0.0.0.0", "-p", "5000"]
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
  CMD ["/opt/mock/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:5000/cogsync-api/health', timeout=2)"]
