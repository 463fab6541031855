// Shows what is found in the index that search.LANG.js hands over, as it is typed. What is found can be narrowed to a kind.
"use strict";
(() => {
  const most = 40, furthest = 16;
  const make = (tag, text, set = {}) => Object.assign(document.createElement(tag), { textContent: text, ...set });
  globalThis.clayontoSearch = (told) => {
    const [kinds] = told, lookup = globalThis.clayontoLookup(told, document.currentScript.src.replace(/\.js$/, "/"));
    const box = document.getElementById("search"), input = document.getElementById("q"), narrow = document.getElementById("kinds");
    const hits = document.getElementById("hits"), status = document.getElementById("found"), more = document.getElementById("more");
    const asked = new URLSearchParams(location.search), written = (n) => n.toLocaleString(document.documentElement.lang);
    let only = kinds.indexOf(asked.get("kind")), shown = most, turn = 0, found = null, busy = false;
    const hit = ([name, path, kind]) => {
      const link = make("a", "", { href: `${path}.html` }), item = make("li", "");
      link.append(make("bdi", name));
      item.append(link, make("span", kinds[kind]));
      return item;
    };
    const kept = () => (only < 0 ? found.hits : found.hits.filter(([, , kind]) => kind === only));
    // One button for each kind among what is found, with how many; pressed again it lets all through. The one pressed stays, so that it can be let go.
    const offer = (counts, all, sure) => {
      const of = [...counts.keys()].sort((a, b) => a - b);
      const button = (kind, name, n) => {
        const made = make("button", `${name} `, { type: "button", onclick: () => { only = only === kind ? -1 : kind; shown = most; draw(); note(); narrow.children[of.indexOf(kind) + 1]?.focus(); } });
        made.setAttribute("aria-pressed", String(only === kind));
        made.append(make("span", `${written(n)}${sure ? "" : "+"}`));
        return made;
      };
      narrow.replaceChildren(...(of.length > 1 || only >= 0 ? [button(-1, box.dataset.all, all), ...of.map((kind) => button(kind, kinds[kind], counts.get(kind)))] : []));
    };
    const draw = () => {
      hits.replaceChildren();
      narrow.replaceChildren();
      status.textContent = "";
      more.hidden = true;
      if (!found) return;
      const counts = new Map([...(only >= 0 ? [[only, 0]] : []), ...(found.counts || [])]), sure = found.complete || !!found.counts;
      if (!found.counts) for (const [, , kind] of found.hits) counts.set(kind, (counts.get(kind) || 0) + 1);
      const all = [...counts.values()].reduce((a, b) => a + b, 0), here = kept(), there = only < 0 ? all : counts.get(only);
      offer(counts, all, sure);
      status.textContent = sure && !there ? box.dataset.none : box.dataset[sure ? "some" : "soFar"].replace("{n}", written(there));
      hits.append(...here.slice(0, shown).map(hit));
      more.hidden = here.length <= shown && (found.complete || (sure && here.length >= there));
    };
    const show = async () => {
      const mine = (turn += 1);
      const answer = input.value.trim() ? await lookup(input.value).catch(() => undefined) : null;
      if (mine !== turn) return;
      found = answer || null;
      draw();
      if (answer === undefined) status.textContent = box.dataset.failed;
    };
    // The address says what is shown, so that it can be sent to someone.
    const note = () => {
      const query = new URLSearchParams({ ...(input.value && { q: input.value }), ...(only >= 0 && { kind: kinds[only] }) }).toString();
      history.replaceState(null, "", query ? `?${query}` : location.pathname);
    };
    box.hidden = false;
    input.value = asked.get("q") || "";
    input.addEventListener("input", () => { shown = most; show(); note(); });
    more.addEventListener("click", async () => {
      if (busy) return;
      const mine = turn, first = hits.children.length;
      shown += most;
      busy = true;
      const failed = await found.further(() => kept().length >= shown, furthest).then(() => false, () => true);
      busy = false;
      if (mine !== turn) return;
      draw();
      if (failed) status.textContent = box.dataset.failed;
      hits.children[first]?.querySelector("a").focus();
    });
    show();
  };
})();
