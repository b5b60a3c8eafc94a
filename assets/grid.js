// Cells of tables: a risk with its sign, and a small fan chart drawn from ready paths.
(function () {
  "use strict";
  var SIGNS = { red: "◆ ", amber: "▲ " };
  var cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});

  function risk(level, words) {
    return React.createElement(
      "span", { className: "risk " + (level || "calm") },
      React.createElement("span", { "aria-hidden": "true" }, SIGNS[level] || ""), words
    );
  }
  cells.TwinRisk = function (props) { return risk(props.data.level, props.data.chance); };
  cells.TwinRiskUnderPolicy = function (props) {
    return risk(props.data.level2, props.data.chance2);
  };

  // Two lines: what matters, and beneath it what it rests on.
  function two(above, below, name) {
    var e = React.createElement;
    return e("span", { className: "two " + (name || "") },
      e("span", { className: "above" }, above), below ? e("span", { className: "below" }, below) : null);
  }
  cells.TwinPlan = function (props) { return two(props.data.change, props.data.place, "plan"); };
  cells.TwinHalf = function (props) { return two(props.data.half, props.data.left); };
  cells.TwinWear = function (props) { return two(props.data.now, small(props.data.fan), "worn"); };

  cells.TwinWhy = function (props) {
    return React.createElement("span", { className: "why" }, props.value);
  };

  function small(fan) {
    var e = React.createElement;
    if (!fan) return null;
    return e(
      "svg",
      { className: "fan-small", viewBox: "0 0 132 28", width: 132, height: 28, "aria-hidden": "true" },
      e("path", { className: "band", d: fan.band }),
      e("line", { className: "limit", x1: 0, x2: 132, y1: fan.limit, y2: fan.limit }),
      e("path", { className: "median", d: fan.median }),
      e("path", { className: "past", d: fan.past }),
      fan.dots.map(function (dot, i) {
        return e("circle", { key: i, className: "dot", cx: dot[0], cy: dot[1], r: 2 });
      })
    );
  }
})();
