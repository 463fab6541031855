// Searches the index that search.LANG.js hands over: every word of the query must begin, or stand in, a word of a thing's names.
"use strict";
(() => {
  const fold = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  const most = 40;
  globalThis.clayontoSearch = ([kinds, things]) => {
    const box = document.getElementById("search"), input = document.getElementById("q");
    const hits = document.getElementById("hits"), found = document.getElementById("found");
    const folded = things.map(([name, , , more]) => [fold(name), fold(`${name} ${more || ""}`)]);
    const rank = ([name, all], words, whole) => {
      if (!words.every((word) => all.includes(word))) return 0;
      if (name === whole) return 5;
      if (name.startsWith(whole)) return 4;
      if (words.every((word) => ` ${name}`.includes(` ${word}`))) return 3;
      return words.every((word) => ` ${all}`.includes(` ${word}`)) ? 2 : 1;
    };
    const show = () => {
      const whole = fold(input.value.trim()), words = whole.split(/\s+/u).filter(Boolean);
      hits.replaceChildren();
      found.textContent = "";
      if (!words.length) return;
      const scored = folded.map((names, at) => [rank(names, words, whole), at]).filter(([score]) => score > 0);
      scored.sort((a, b) => b[0] - a[0] || things[a[1]][0].length - things[b[1]][0].length || a[1] - b[1]);
      found.textContent = scored.length ? box.dataset.some.replace("{n}", scored.length) : box.dataset.none;
      for (const [, at] of scored.slice(0, most)) {
        const [name, path, kind] = things[at];
        const item = document.createElement("li"), link = document.createElement("a"), note = document.createElement("span");
        const isolated = document.createElement("bdi");
        isolated.textContent = name;
        link.href = `${path}.html`;
        link.append(isolated);
        note.textContent = kinds[kind];
        item.append(link, note);
        hits.append(item);
      }
    };
    box.hidden = false;
    input.value = new URLSearchParams(location.search).get("q") || "";
    input.addEventListener("input", show);
    show();
  };
})();
