# `make containers` builds both images and notes who may use the engine's socket; the rest are short names for npm scripts.
DOCKER ?= docker
DOCKER_BUILD_FLAGS ?=
DOCKER_SOCKET ?= /var/run/docker.sock

.PHONY: containers slim dev test ui version clean

containers: .env
	$(DOCKER) build $(DOCKER_BUILD_FLAGS) -t praktor-agent:latest -f Dockerfile.agent .
	$(DOCKER) build $(DOCKER_BUILD_FLAGS) -t praktor-gateway:latest -f Dockerfile .

# The agents' image without a browser; `agent.image: praktor-agent:slim` uses it.
slim:
	$(DOCKER) build $(DOCKER_BUILD_FLAGS) --target slim -t praktor-agent:slim -f Dockerfile.agent .

# The gateway's container works as uid 10321 and reaches the engine through the group that owns its socket.
.env:
	@gid=$$(stat -c %g $(DOCKER_SOCKET) 2>/dev/null || stat -f %g $(DOCKER_SOCKET) 2>/dev/null) || gid=999; \
	 echo "DOCKER_GID=$$gid" >.env; \
	 echo "wrote .env: DOCKER_GID=$$gid, the group of $(DOCKER_SOCKET). Your keys and tokens may go there too."

dev: node_modules
	npm run dev

test: node_modules
	npm test

ui: node_modules
	npm run build -w ui

version: node_modules
	@npm run --silent praktor -- version

node_modules: package-lock.json
	npm ci
	@touch node_modules

clean:
	rm -rf .build agent-runner/dist gateway/dist ptask/dist ui/dist
