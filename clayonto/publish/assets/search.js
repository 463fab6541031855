// Searches the index that search.LANG.js hands over: every word of the query must begin, or stand in, a word of a thing's names. What is found can be narrowed to a kind.
"use strict";
(() => {
  const fold = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  const most = 40;
  const make = (tag, text, set = {}) => Object.assign(document.createElement(tag), { textContent: text, ...set });
  globalThis.clayontoSearch = ([kinds, things]) => {
    const box = document.getElementById("search"), input = document.getElementById("q"), narrow = document.getElementById("kinds");
    const hits = document.getElementById("hits"), found = document.getElementById("found"), more = document.getElementById("more");
    const folded = things.map(([name, , , more]) => [fold(name), fold(`${name} ${more || ""}`)]);
    const asked = new URLSearchParams(location.search);
    let only = kinds.indexOf(asked.get("kind")), shown = most;
    const rank = ([name, all], words, whole) => {
      if (!words.every((word) => all.includes(word))) return 0;
      if (name === whole) return 5;
      if (name.startsWith(whole)) return 4;
      if (words.every((word) => ` ${name}`.includes(` ${word}`))) return 3;
      return words.every((word) => ` ${all}`.includes(` ${word}`)) ? 2 : 1;
    };
    const hit = ([name, path, kind]) => {
      const link = make("a", "", { href: `${path}.html` }), item = make("li", "");
      link.append(make("bdi", name));
      item.append(link, make("span", kinds[kind]));
      return item;
    };
    // One button for each kind among what is found, with how many; pressed again it lets all through. The one pressed stays, so that it can be let go.
    const offer = (counts, all) => {
      const of = [...counts.keys()].sort((a, b) => a - b);
      const button = (kind, name, n) => {
        const made = make("button", `${name} `, { type: "button", onclick: () => { only = only === kind ? -1 : kind; shown = most; show(); narrow.children[of.indexOf(kind) + 1]?.focus(); } });
        made.setAttribute("aria-pressed", String(only === kind));
        made.append(make("span", n));
        return made;
      };
      narrow.replaceChildren(...(of.length > 1 || only >= 0 ? [button(-1, box.dataset.all, all), ...of.map((kind) => button(kind, kinds[kind], counts.get(kind)))] : []));
    };
    const show = () => {
      const whole = fold(input.value.trim()), words = whole.split(/\s+/u).filter(Boolean);
      hits.replaceChildren();
      narrow.replaceChildren();
      found.textContent = "";
      more.hidden = true;
      if (!words.length) return;
      const scored = folded.map((names, at) => [rank(names, words, whole), at]).filter(([score]) => score > 0);
      scored.sort((a, b) => b[0] - a[0] || things[a[1]][0].length - things[b[1]][0].length || a[1] - b[1]);
      const counts = new Map(only >= 0 ? [[only, 0]] : []);
      for (const [, at] of scored) counts.set(things[at][2], (counts.get(things[at][2]) || 0) + 1);
      offer(counts, scored.length);
      const kept = only < 0 ? scored : scored.filter(([, at]) => things[at][2] === only);
      found.textContent = kept.length ? box.dataset.some.replace("{n}", kept.length) : box.dataset.none;
      hits.append(...kept.slice(0, shown).map(([, at]) => hit(things[at])));
      more.hidden = kept.length <= shown;
    };
    // The address says what is shown, so that it can be sent to someone.
    const note = () => {
      const query = new URLSearchParams({ ...(input.value && { q: input.value }), ...(only >= 0 && { kind: kinds[only] }) }).toString();
      history.replaceState(null, "", query ? `?${query}` : location.pathname);
    };
    box.hidden = false;
    input.value = asked.get("q") || "";
    input.addEventListener("input", () => { shown = most; show(); note(); });
    narrow.addEventListener("click", note);
    more.addEventListener("click", () => {
      const first = shown;
      shown += most;
      show();
      hits.children[first]?.querySelector("a").focus();
    });
    show();
  };
})();
