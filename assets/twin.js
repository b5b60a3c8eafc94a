// The few things that must happen in the browser. Dash calls window.dash_clientside.twin.*;
// everything else of the app is Python.
(function () {
  "use strict";
  var YEAR = 31536000;
  var pending = {};
  var slid = {};

  function keep(name, value) {
    document.cookie = name + "=" + value + "; path=/; max-age=" + YEAR + "; SameSite=Lax";
  }
  // What stood on a page is there again when the menu leads back to it, until the tab is closed.
  function place(page, scenario) { return "twin " + page + " " + scenario; }
  function remember(address) {
    var there = new URL(address, location.origin);
    var scenario = there.searchParams.get("scenario") || "";
    sessionStorage.setItem(place(there.pathname, scenario), address);
  }
  function addressOf(page, scenario) {
    var plain = page + "?scenario=" + encodeURIComponent(scenario);
    return sessionStorage.getItem(place(page, scenario)) || plain;
  }
  function noUpdate() { return window.dash_clientside.no_update; }
  function triggered() {
    var all = window.dash_clientside.callback_context.triggered;
    return all && all.length ? all[0] : null;
  }
  function save(name, text, kind) {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: kind }));
    link.download = name;
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  }
  function domId(id) {
    return typeof id === "string"
      ? id
      : JSON.stringify(id, Object.keys(id).sort());
  }
  function picture(format) {
    return function (clicks, id) {
      var box = document.getElementById(domId(id));
      var graph = box && box.querySelector(".js-plotly-plot");
      if (clicks && graph && window.Plotly) {
        window.Plotly.downloadImage(graph, {
          format: format, filename: id.chart, scale: format === "png" ? 2 : 1,
          width: graph.offsetWidth, height: graph.offsetHeight,
        });
      }
      return noUpdate();
    };
  }
  function cell(value) {
    var text = value === null || value === undefined ? "" : String(value);
    return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  // Whether somebody may go on at once to change a parameter: the focus is in its controls.
  function typing() {
    var at = document.activeElement;
    return Boolean(at && at.closest && at.closest(".params"));
  }

  var twin = {
    save_png: picture("png"),
    save_svg: picture("svg"),
    save_csv: function (clicks, id, table) {
      if (clicks && table && table.head) {
        var rows = [table.head].concat(table.body || []);
        var text = rows.map(function (row) { return row.map(cell).join(","); }).join("\r\n");
        save(id.chart + ".csv", "\ufeff" + text.replace(/\u2212/g, "-") + "\r\n", "text/csv");
      }
      return noUpdate();
    },

    // A long table is drawn once somebody opens it, and anew while it is open.
    unfold: function (clicks, rows, id) {
      var summary = document.getElementById(domId(id));
      var box = summary && summary.closest("details");
      return clicks || (box && box.open) ? rows : noUpdate();
    },

    opened: function (clicks) { return clicks ? true : noUpdate(); },

    open_search: function (clicks) {
      if (!clicks) return noUpdate();
      // The dialogue takes the focus for its first button; the box is what people want.
      var left = 20;
      (function focus() {
        var box = document.getElementById("search-box");
        if (box && left < 18) box.focus();
        if (left-- > 0 && document.activeElement !== box) setTimeout(focus, 60);
      })();
      return true;
    },

    arrived: function (head, ids) {
      if (!head) return [ids.map(noUpdate), ids.map(noUpdate), ids.map(noUpdate), noUpdate(), noUpdate(), false, false];
      document.title = head.title;
      if (pending.arrived) {
        window.scrollTo(0, 0);
        var main = document.getElementById("page");
        if (main) main.focus({ preventScroll: true });
      }
      pending.arrived = true;
      var hrefs = ids.map(function (id) { return addressOf(id.nav, head.scenario); });
      var here = ids.map(function (id) { return id.nav === head.path; });
      var current = here.map(function (yes) { return yes ? "page" : null; });
      return [hrefs, here, current, head.scenario, head.as_of, false, false];
    },

    // A page that shows a result says as of when that was computed.
    as_of: function (phases) {
      var done = phases.filter(function (phase) { return phase && phase.as_of; });
      if (!phases.length) return noUpdate();
      return done.length ? done[0].as_of : "";
    },

    choose_scenario: function (name, head) {
      if (!name || (head && head.scenario === name)) return noUpdate();
      return location.pathname + "?scenario=" + encodeURIComponent(name);
    },

    choose_language: function () {
      var change = triggered();
      var tag = change && change.value;
      if (tag && tag !== document.documentElement.lang) {
        keep("twin_lang", tag);
        var query = new URLSearchParams(location.search);
        query.set("lang", tag);
        location.search = query.toString();
      }
      return noUpdate();
    },

    toggle_theme: function (clicks, theme) {
      if (!clicks) return [noUpdate(), noUpdate()];
      var next = theme === "dark" ? "light" : "dark";
      keep("twin_theme", next);
      document.documentElement.setAttribute("data-mantine-color-scheme", next);
      return [next, next];
    },

    go_to: function (address) {
      return address ? [address, false, null] : [noUpdate(), noUpdate(), noUpdate()];
    },

    // A slider and the number beside it are one value; whichever moved leads the other. While a
    // slider is moving, the number's echo of an older place must not pull it back.
    link_sliders: function (sliders, numbers) {
      var moved = triggered();
      var piece = moved ? JSON.parse(moved.prop_id.replace(/\.value$/, "")).piece : "";
      var keep = sliders.map(noUpdate);
      var now = Date.now();
      if (piece === "slider") {
        var led = numbers.map(function (number, i) {
          if (number === sliders[i]) return noUpdate();
          slid[i] = now;
          return sliders[i];
        });
        return [keep, led];
      }
      var followed = sliders.map(function (slider, i) {
        var typed = typeof numbers[i] === "number" && numbers[i] !== slider;
        return typed && now - (slid[i] || 0) > 400 ? numbers[i] : noUpdate();
      });
      return [followed, keep];
    },

    // Once nothing has moved for a moment, or the field is left, the values become the draft: one
    // step to undo.
    commit: function (numbers, words, numberIds, wordIds, draft) {
      var values = Object.assign({}, draft.values);
      function take(ids, given) {
        ids.forEach(function (id, i) {
          var value = given[i];
          if (value === "" || value === null || value === undefined) return;
          // A field may give its text first and its number after.
          if (typeof values[id.row] === "number" && typeof value === "string") value = Number(value);
          if (value !== value) return;
          if (typeof values[id.row] === "boolean") value = value === "true";
          if (id.row in values) values[id.row] = value;
        });
      }
      take(numberIds, numbers);
      take(wordIds, words);
      pending.commit = (pending.commit || 0) + 1;
      var mine = pending.commit;
      var same = Object.keys(values).every(function (key) { return values[key] === draft.values[key]; });
      if (same) return noUpdate();
      return new Promise(function (resolve) {
        function settle() {
          clearTimeout(waiting);
          if (pending.settle === settle) pending.settle = null;
          if (mine !== pending.commit) return resolve(noUpdate());
          resolve({ values: values, past: draft.past.concat([draft.values]).slice(-50), future: [] });
        }
        var waiting = setTimeout(settle, typing() ? 350 : 0);
        pending.settle = settle;
      });
    },

    // The last look at a job is answered and it still goes on: the next may be sent.
    look_again: function (beats, ticks, ids) {
      beats.forEach(function (beat, i) {
        if (typeof beat !== "number" || beat !== (ticks[i] || 0)) return;
        window.dash_clientside.set_props(ids[i], { n_intervals: beat + 1 });
      });
    },

    // The address follows the page without a new visit, so a reload or a pasted link shows it.
    address: function (address) {
      if (address) {
        window.history.replaceState(window.history.state, "", address + location.hash);
        remember(address);
      }
      return noUpdate();
    },
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { twin: twin });

  // The menu's link to the page that is open would only bring back an older state of it.
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest(".nav-link[aria-current=page]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    window.scrollTo({ top: 0 });
  }, true);

  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      var button = document.getElementById("search-open");
      if (button) button.click();
    }
  });

  // Who leaves a number, presses Enter in it or lets go of a slider has done with it.
  function settle() { if (pending.settle) pending.settle(); }
  document.addEventListener("focusout", function (event) {
    if (event.target.closest && event.target.closest(".params")) settle();
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && typing()) settle();
  });
  document.addEventListener("pointerup", function () {
    if (typing()) setTimeout(settle, 60); // the place it was let go at comes a moment later
  });

  // A dropdown closes when something else is clicked, on Escape, and once an item was taken.
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.dropdown[open]").forEach(function (box) {
      var inside = box.contains(event.target);
      if (!inside || event.target.closest(".item, .past")) box.open = false;
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.dropdown[open]").forEach(function (box) {
      box.open = false;
      box.querySelector("summary").focus();
    });
  });

  // The server is asked now and then; when it does not answer, a banner says since when.
  var lastGood = new Date();
  function ask() {
    if (document.hidden) return;
    fetch("/health", { cache: "no-store" }).then(
      function (answer) { show(!answer.ok); },
      function () { show(true); }
    );
  }
  function show(lost) {
    if (!lost) lastGood = new Date();
    var banner = document.getElementById("lost");
    if (!banner) return;
    banner.hidden = !lost;
    if (lost) banner.setAttribute("data-since", lastGood.toLocaleTimeString());
  }
  setInterval(ask, 5000);
})();
