// Runs before the first paint: settles light or dark, so that nothing flashes. The cookie tells
// the server which one to draw the charts in.
(function () {
  "use strict";
  var found = /(?:^|; )twin_theme=(light|dark)/.exec(document.cookie);
  var dark = window.matchMedia && window.matchMedia("(prefers-color-scheme: dark)").matches;
  var theme = found ? found[1] : dark ? "dark" : "light";
  document.documentElement.setAttribute("data-mantine-color-scheme", theme);
  if (!found) document.cookie = "twin_theme=" + theme + "; path=/; max-age=31536000; SameSite=Lax";
})();
