// What of the index answers a query: every word of it must begin a word of a thing's names. A small site's index is one file, which is all here; then a word may also stand inside another.
// Of a large one here is where it parts, by the first letters of words (publish/shards.py); its leaves and branches are fetched as they are needed.
"use strict";
globalThis.clayontoLookup = ([, things, root], folder) => {
  // How long keys are, how many files are fetched at once, how many results fill a page, and how many rows about as many files have as are looked through before a page is shown.
  const longest = 24, atOnce = 4, enough = 40, few = 1000;
  const fold = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  const wordsOf = (text) => fold(text).match(/[\p{L}\p{N}]+/gu) || [];
  const spaced = (text) => ` ${wordsOf(text).join(" ")} `;
  const compared = new Map();
  const namesOf = (thing) => {
    if (!compared.has(thing)) {
      const all = `${thing[0]} ${thing[3] || ""}`;
      compared.set(thing, [spaced(thing[0]), spaced(all), fold(all)]);
    }
    return compared.get(thing);
  };
  const rank = (thing, { words, pieces }) => {
    const [name, all, folded] = namesOf(thing), whole = ` ${words.join(" ")}`;
    if (words.length) {
      if (name === `${whole} `) return 6;
      if (name.startsWith(whole)) return 5;
      if (name.includes(whole)) return 4;
      if (words.every((word) => name.includes(` ${word}`))) return 3;
      if (words.every((word) => all.includes(` ${word}`))) return 2;
    }
    return things && pieces.every((piece) => folded.includes(piece)) ? 1 : 0;
  };
  const ranked = (found, query) => found.map((thing) => [rank(thing, query), thing]).filter(([score]) => score > 0)
    .sort((a, b) => b[0] - a[0] || a[1][0].length - b[1][0].length).map(([, thing]) => thing);

  // A file of the index is a script, since a page opened from a disk can read no other file.
  const loads = new Map(), waiting = new Map();
  globalThis.clayontoShard = ([key, ...told]) => waiting.get(key)?.(told);
  const fileOf = (key) => [...key].map((sign) => (/[a-z0-9]/.test(sign) ? sign : { " ": "-", ".": "_" }[sign] || `~${sign.codePointAt(0).toString(16)}~`)).join("");
  const load = (key) => {
    if (!loads.has(key)) {
      loads.set(key, new Promise((resolve, reject) => {
        const script = Object.assign(document.createElement("script"), { src: `${folder}w-${fileOf(key)}.js` });
        waiting.set(key, resolve);
        // What has come has been handed over by now.
        script.onload = script.onerror = () => { script.remove(); reject(new Error(script.src)); };
        document.head.append(script);
      }));
      // What has not come may come another time.
      loads.get(key).catch(() => loads.delete(key));
    }
    return loads.get(key);
  };

  // Where all stand that begin with some letters: a leaf, a branch with what is below it, or nothing.
  const place = async (wanted) => {
    for (let key = "", list = root; ;) {
      const rest = wanted.slice(key.length);
      if (!rest) return { key, list };
      if (typeof list === "number") return null;
      const [starts, branches] = list, [first] = rest;
      const next = Object.keys(branches).find((end) => end.startsWith(rest) || rest.startsWith(end));
      if (next !== undefined) {
        key += next;
        list = branches[next] || (await load(key))[2];
      } else if (Object.keys(branches).some(([sign]) => sign === first)) {
        return null;
      } else {
        const start = [...starts].filter((sign) => sign.codePointAt(0) <= first.codePointAt(0)).pop();
        return start === undefined ? null : { key: key + start, leaf: true };
      }
    }
  };
  async function* below({ key, list }) {
    if (typeof list === "number") {
      for (let page = 1; page <= list; page += 1) yield `${key}\t${page}`;
      return;
    }
    for (const start of list[0]) yield key + start;
    for (const [end, told] of Object.entries(list[1])) yield* below({ key: key + end, list: told || (await load(key + end))[2] });
  }
  async function* after(first, second) {
    if (first?.leaf) yield first.key;
    else if (first) yield* below(first);
    yield* below(second);
  }

  // What is found: the best first, how many there are of each kind if that is known, whether that is all, and what looks further.
  class Found {
    constructor(query, keys = null, counts = null) {
      Object.assign(this, { query, keys, counts, hits: [], complete: !keys, paths: new Set(), seen: new Set(), next: [] });
    }
    add(things) {
      const fresh = things.filter(([, path]) => !this.paths.has(path) && this.paths.add(path));
      this.hits.push(...ranked(fresh, this.query));
      return this;
    }
    async further(satisfied, most) {
      for (let left = most, last = false; left > 0 && !this.complete && !satisfied(); left -= atOnce) {
        while (this.next.length < atOnce && !last) {
          const { value, done } = await this.keys.next();
          last = done;
          if (!done && !this.seen.has(value)) this.next.push(value);
          this.seen.add(value);
        }
        // A file that does not come is asked for again when somebody wants to look further.
        for (const [things] of await Promise.all(this.next.map(load))) this.add(things);
        this.next = [];
        this.complete = last;
      }
      return this;
    }
  }
  const cut = (word) => [...word].slice(0, longest).join("");
  return async (text) => {
    const words = wordsOf(text), query = { words, pieces: fold(text).split(/\s+/u).filter(Boolean) };
    if (things) return new Found(query).add(things);
    const each = [...new Set(words)], places = await Promise.all(each.map((word) => place(cut(word))));
    if (!each.length || places.includes(null)) return new Found(query);
    const leaf = places.find((one) => one.leaf);
    if (leaf) return new Found(query).add((await load(leaf.key))[0]);
    const branches = await Promise.all(places.map(({ key }) => load(key)));
    const sums = branches.map(([, counts]) => counts.reduce((a, b) => a + b, 0));
    const least = sums.indexOf(Math.min(...sums));
    // One word, and its branch is about it alone: the best of it and the counts are there.
    if (each.length === 1 && each[0] === cut(each[0])) {
      const counts = new Map(branches[0][1].map((count, kind) => [kind, count]).filter(([, count]) => count));
      return new Found(query, below(places[0]), counts).add(branches[0][0]);
    }
    // Several words, of which each begins many names: those that stand together in a name first, then what the rarest leads to.
    const together = await place(cut(words.join(" ")));
    const found = new Found(query, after(together, places[least])).add(branches.flatMap(([best]) => best));
    if (together && !together.leaf) found.add((await load(together.key))[0]);
    return found.further(() => found.hits.length >= enough && sums[least] > few, 2 * atOnce);
  };
};
