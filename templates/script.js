"use strict";
(function () {
  var root = document.documentElement;
  var theme = document.getElementById("theme");
  if (theme) {
    theme.hidden = false;
    theme.addEventListener("click", function () {
      var dark = root.dataset.theme
        ? root.dataset.theme === "dark"
        : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
    });
  }
  var list = document.querySelector("ol.findings");
  if (!list) return;
  var items = Array.prototype.slice.call(list.children);
  var texts = null;
  var search = document.getElementById("search");
  var family = document.getElementById("family");
  var boxes = Array.prototype.slice.call(document.querySelectorAll("input[name=severity]"));
  var count = document.getElementById("count");
  document.getElementById("controls").hidden = false;
  function apply() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = {};
    boxes.forEach(function (box) { shown[box.value] = box.checked; });
    if (words.length && !texts) {
      texts = items.map(function (item) { return item.textContent.toLowerCase(); });
    }
    var total = 0;
    items.forEach(function (item, index) {
      var fits = shown[item.dataset.severity] !== false &&
        (!family.value || item.dataset.family === family.value) &&
        words.every(function (word) { return texts[index].indexOf(word) >= 0; });
      item.hidden = !fits;
      if (fits) total += 1;
    });
    count.textContent = total + " of " + items.length + " shown";
  }
  var waiting = 0;
  search.addEventListener("input", function () {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 80);
  });
  family.addEventListener("change", apply);
  boxes.forEach(function (box) { box.addEventListener("change", apply); });
  document.addEventListener("keydown", function (event) {
    var tag = document.activeElement && document.activeElement.tagName;
    if (event.key === "/" && tag !== "INPUT" && tag !== "SELECT" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && document.activeElement === search) {
      search.value = "";
      apply();
    }
  });
  function reveal() {
    var target = location.hash.slice(1) && document.getElementById(location.hash.slice(1));
    if (target && target.parentNode === list) {
      if (target.hidden) { search.value = ""; family.value = ""; boxes.forEach(function (box) { box.checked = true; }); apply(); }
      var inner = target.querySelector("details");
      if (inner) inner.open = true;
    }
  }
  addEventListener("hashchange", reveal);
  addEventListener("beforeprint", function () {
    list.querySelectorAll("details").forEach(function (inner) { inner.open = true; });
  });
  reveal();
  apply();
})();
