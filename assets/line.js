/* The page Line: how wide its drawing may be, and so where the line goes on in a new row. */

(function () {
  "use strict";
  var here = {
    width: function () {
      var page = document.querySelector(".page-line");
      return page ? Math.max(240, page.clientWidth - 48) : window.innerWidth - 72;
    }
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { line: here });
})();
