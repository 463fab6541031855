// Starts the SPARQL page, or says why it cannot start: a page opened from a disk may read no other file, and an old browser has no engine.
"use strict";
(() => {
  const told = document.getElementById("cannot").dataset;
  const why = location.protocol === "file:" ? told.disk : typeof WebAssembly === "object" && typeof DecompressionStream === "function" ? "" : told.old;
  const fail = (reason) => {
    const place = document.getElementById("cannot");
    place.textContent = reason;
    place.hidden = false;
  };
  if (why) fail(why);
  else
    import("./sparql/page.js").catch((error) => {
      console.error(error);
      fail(told.broken);
    });
})();
