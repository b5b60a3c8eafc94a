// Cells of the history of experiments: a finding that leads on, a state, a button.
(function () {
  "use strict";
  var cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  var NARROW = 760;

  // What dcc.Link does: a new address without a new visit.
  function go(event, href) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.dispatchEvent(new PopStateEvent("popstate"));
  }
  function state(row) {
    var sign = { red: "◆ ", amber: "▲ " }[row.level] || "";
    return React.createElement(
      "span", { className: "job-state " + row.level, key: "state" },
      sign ? React.createElement("span", { "aria-hidden": "true", key: "sign" }, sign) : null,
      row.state,
      row.share === null ? null : React.createElement(
        "span", { className: "job-bar", key: "bar", "aria-hidden": "true" },
        React.createElement("span", { style: { width: row.share + "%" } })
      )
    );
  }
  cells.TwinFinding = function (props) {
    var row = props.data, e = React.createElement;
    var about = [row.kind, row.title, row.what, row.by].filter(Boolean).join(" · ");
    return e(
      "div", { className: "finding" },
      e("a", { href: row.href, className: "finding-words", key: "a", "data-id": row.id,
               onClick: function (event) { go(event, row.href); } }, row.finding),
      e("div", { className: "quiet small", key: "about" }, about),
      window.innerWidth < NARROW
        ? e("div", { className: "finding-more small", key: "more" },
            e("span", { className: "quiet", key: "when" }, row.when), state(row))
        : null
    );
  };
  cells.TwinJobState = function (props) { return state(props.data); };

  var PICTURES = { cancel: "square", hide: "x", show: "undo-2" };
  cells.TwinAct = function (props) {
    var row = props.data, label = row.act_label + ": " + row.finding;
    return React.createElement(
      "button",
      { className: "row-act", "aria-label": label, title: row.act_label,
        onClick: function () { props.setData(row.act); } },
      React.createElement("span", {
        className: "icon", "aria-hidden": "true",
        style: { "--icon": "url(/assets/icons/" + PICTURES[row.act] + ".svg)" },
      })
    );
  };

  // On a phone the finding carries what else has a column of its own.
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    experiments: {
      columns: function (_name, columns) {
        var narrow = window.innerWidth < NARROW;
        if (!narrow) return window.dash_clientside.no_update;
        return columns.filter(function (one) { return one.context && one.context.phone; });
      },
    },
  });
})();
