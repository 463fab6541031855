// The engine as the page sees it: questions with answers to come, and an end to all of them at once.

export class Stopped extends Error {}
/** What the engine says against a query, as it says it. */
export class Refused extends Error {}

export class Engine {
  #worker;
  #waiting = new Map();
  #number = 0;

  /** Queries run here, on `data`, or go to `endpoint` if there is one. `told` is called with `fetching`, `reading` and, once the data is there, `ready` and how many statements it has. */
  constructor(data, endpoint, told) {
    this.data = data;
    this.endpoint = endpoint;
    this.told = told;
  }

  get open() {
    return Boolean(this.#worker);
  }

  /** Start, if it is not running. */
  start() {
    if (this.#worker) return;
    this.#worker = new Worker(new URL(this.endpoint ? "server.js" : "worker.js", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }) => this.#heard(data);
    this.#worker.onerror = (event) => this.#end(new Error(event.message || "worker"));
    this.told("fetching");
    this.#ask("open", { data: this.data, endpoint: this.endpoint }).then(
      ({ size }) => this.told("ready", size),
      (error) => error instanceof Stopped || this.told("failed", error.message),
    );
  }

  /** End whatever runs; what was asked and not answered is rejected with `Stopped`. */
  stop() {
    this.#end(new Stopped());
  }

  /** Ask something of the worker, which is started first where it is not running. */
  ask(what, given = {}) {
    this.start();
    return this.#ask(what, given);
  }

  #ask(what, given) {
    const id = (this.#number += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ask: what, ...given });
    });
  }

  #heard({ id, value, error, broken, reading }) {
    if (reading) this.told("reading");
    const { resolve, reject } = this.#waiting.get(id) ?? {};
    this.#waiting.delete(id);
    if (error === undefined) resolve?.(value);
    else reject?.(broken ? new Error(error) : new Refused(error));
    if (broken) this.#end(new Error(error));
  }

  #end(reason) {
    this.#worker?.terminate();
    this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(reason);
  }
}
