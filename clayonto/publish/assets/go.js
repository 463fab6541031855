// Goes on to the language that the reader's browser prefers, and takes the fragment of the address along.
"use strict";
(() => {
  const links = [...document.querySelectorAll("#go a")];
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2));
  const best = wanted.map((tag) => links.find((link) => link.lang === tag)).find(Boolean) || links[0];
  if (best) location.replace(best.href + location.hash);
})();
