/** An agent image that trusts one more certificate, made the way a company makes its own. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { docker } from "./engine.ts";

export class TrustingImage implements AsyncDisposable {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** `name`: each test's own; `certificate`: PEM. */
  static async build(name: string, from: string, certificate: string): Promise<TrustingImage> {
    const folder = await mkdtemp(join(tmpdir(), "praktor-image-"));
    try {
      await writeFile(join(folder, "site.pem"), certificate);
      const lines = [`FROM ${from}`, "COPY site.pem /etc/site.pem", "ENV NODE_EXTRA_CA_CERTS=/etc/site.pem", ""];
      await writeFile(join(folder, "Dockerfile"), lines.join("\n"));
      await docker("build", "--quiet", "--tag", name, folder);
      return new TrustingImage(name);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Its containers may still be ending.
    await docker("image", "rm", "--force", this.name);
  }
}
