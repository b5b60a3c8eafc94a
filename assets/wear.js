// The file input of an upload has no name of its own; it gets that of its visible button.
(function () {
  "use strict";
  function label(_asked, id) {
    var box = document.getElementById(id);
    var input = box && box.querySelector("input[type=file]");
    if (input) input.setAttribute("aria-label", box.textContent.trim());
    return window.dash_clientside.no_update;
  }
  window.dash_clientside = Object.assign({}, window.dash_clientside, { wear: { label: label } });
})();
