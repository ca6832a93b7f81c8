// The real program on a free port with a folder of its own, started for one story and ended with it.
import { spawn, execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const program = process.env.KINSIGHT_BIN;
if (!program) throw new Error("KINSIGHT_BIN is not set: run scripts/browser.sh");
const run = promisify(execFile);

export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

// A server whose `stop` asks it to end as an operator would, and waits for it.
class Server {
  constructor(child, address, folder) {
    this.child = child;
    this.address = address;
    this.folder = folder;
    this.said = "";
    child.stdout.on("data", (text) => (this.said += text));
    child.stderr.on("data", (text) => (this.said += text));
    this.ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal)));
  }

  async answers(seconds) {
    const until = Date.now() + seconds * 1000;
    let over = false;
    this.ended.then(() => (over = true));
    while (Date.now() < until && !over) {
      try {
        await fetch(`${this.address}/`, { redirect: "manual" });
        return this;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    throw new Error(`the server did not answer at ${this.address}:\n${this.said}`);
  }

  // Mails wait in the outbox folder when no mail server is set; this is what an operator sees of them.
  async mails() {
    const { stdout } = await run(program, ["admin", "mail", "--data", this.data ?? join(this.folder, "data"), "--json"]);
    return JSON.parse(stdout);
  }

  // Until it has printed something.
  async says(words, seconds) {
    const until = Date.now() + seconds * 1000;
    while (!this.said.includes(words)) {
      if (Date.now() > until) throw new Error(`the server never said "${words}":\n${this.said}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop() {
    this.child.kill("SIGTERM");
    const how = await this.ended;
    await rm(this.folder, { recursive: true, force: true });
    return how;
  }
}

async function start(command, seconds, more = []) {
  const folder = await mkdtemp(join(tmpdir(), "kinsight-browser-"));
  const port = await freePort();
  const listen = `127.0.0.1:${port}`;
  const data = command === "serve" ? ["--data", join(folder, "data")] : [];
  const child = spawn(program, [command, ...data, "--listen", listen, ...more], {
    cwd: folder,
    env: { ...process.env, RUST_LOG: "info", TMPDIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // By name and not by number: passkeys are tied to a name.
  return new Server(child, `http://localhost:${port}`, folder).answers(seconds);
}

// With further flags, when a story needs some.
export const serve = (...more) => start("serve", 20, more);

// The demo prints its sign-ins: lines of a name, an address and a password.
export async function demo() {
  const server = await start("demo", 60);
  await server.says("patients are all in", 120);
  server.data = /admin mail --data (\S+)/.exec(server.said)?.[1];
  const wanted = /^\s+(.+?)\s{2,}(\S+@\S+)\s{2,}(.+?)\s*$/;
  server.people = () =>
    server.said.split("\n").flatMap((line) => {
      const [, who, email, password] = wanted.exec(line) ?? [];
      return email ? [{ who, email, password }] : [];
    });
  return server;
}
