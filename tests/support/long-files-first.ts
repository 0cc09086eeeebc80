/** The order in which test files are taken up: the longest first, so that the workers end together and none is left with a long one. */
import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** By measured duration (the durations that `vitest run` prints); all others of `tests/` follow, then the ones beside their sources. */
const longest = [
  "tests/vault.test.ts",
  "tests/docker.test.ts",
  "tests/main-job.test.ts",
  "tests/page.test.ts",
  "tests/torture-short.test.ts",
  "tests/compose.test.ts",
  "tests/browser.test.ts",
  "gateway/src/sandbox/docker/docker-sandbox-host.test.ts",
  "tests/spending.test.ts",
  "agent-runner/src/runner.test.ts",
  "tests/hostile-texts.test.ts",
  "tests/tasks.test.ts",
  "tests/vault-page.test.ts",
  "tests/page-swarm.test.ts",
  "tests/hostile-agent.test.ts",
  "tests/network-policy.test.ts",
  "tests/network-turns.test.ts",
  "tests/task-powers.test.ts",
  "tests/page-journey.test.ts",
  "tests/swarms.test.ts",
  "tests/approvals.test.ts",
  "agent-runner/src/web.test.ts",
  "gateway/src/sandbox/process/process-sandbox-host.test.ts",
];

export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const path = relative(this.ctx.config.root, moduleId);
      const known = longest.indexOf(path);
      return known >= 0 ? known : longest.length + (path.startsWith("tests/") ? 0 : 1);
    };
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => place(one) - place(other));
  }
}
