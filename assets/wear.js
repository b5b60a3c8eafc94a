// The file input of an upload has no name of its own; it gets that of its visible button.
// A file that is too large is dropped by the upload without a word: its own message says so here.
(function () {
  "use strict";
  var EVERY = 100, MOST = 100;
  function name(id, tries) {
    var box = document.getElementById(id);
    var input = box && box.querySelector("input[type=file]");
    var named = box && box.querySelector("[title]");
    var words = named ? named.title : box && box.textContent.trim();
    if (input) input.setAttribute("aria-label", words);
    else if (tries < MOST) setTimeout(function () { name(id, tries + 1); }, EVERY);
  }
  var listening = {};  // one for each upload of the page
  function label(asked, id, most, refused) {
    name(id, 0);  // the upload is loaded late
    if (listening[id]) listening[id].abort();
    listening[id] = new AbortController();
    function look(event) {
      var box = document.getElementById(id);
      if (!box || !box.contains(event.target)) return;
      var files = (event.dataTransfer || event.target).files || [];
      for (var i = 0; i < files.length; i++) {
        if (files[i].size > most) refuse(refused, asked.too_large, files[i]);
      }
    }
    ["change", "drop"].forEach(function (kind) {
      document.addEventListener(kind, look, { capture: true, signal: listening[id].signal });
    });
    return window.dash_clientside.no_update;
  }
  function refuse(id, words, file) {
    var size = (file.size / 1e6).toFixed(0);
    var text = "◆ " + words.replace("{file}", file.name).replace("{size}", size);
    var props = { children: text, className: "red wear-refused" };
    window.dash_clientside.set_props(
      id, { children: { namespace: "dash_html_components", type: "P", props: props } }
    );
  }
  window.dash_clientside = Object.assign({}, window.dash_clientside, { wear: { label: label } });
})();
