"use strict";
// Sorts tables by a button in each heading and finds units by name. Without it every number can be read all the same.
(function () {
  const text = (cell) => cell.textContent.trim();
  // A number, a day or a word; blank, — and the like come last in either order.
  function value(shown) {
    const plain = shown.replace("※", "").replace("%", "");
    if (plain === "" || plain === "—") return null;
    return /^[+-]?\d+(\.\d+)?$/.test(plain) ? Number(plain) : plain;
  }
  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), "zh-CN");
  }
  function sort(table, column, order) {
    const body = table.tBodies[0];
    const rows = Array.from(body.rows).sort((a, b) => a.dataset.order - b.dataset.order);
    if (order !== "none") {
      const sign = order === "ascending" ? 1 : -1;
      const totals = rows.filter((row) => row.classList.contains("total"));
      const units = rows.filter((row) => !row.classList.contains("total"));
      const values = new Map(units.map((row) => [row, value(text(row.cells[column]))]));
      units.sort((a, b) => {
        const x = values.get(a), y = values.get(b);
        if (x === null || y === null) return (x === null) - (y === null);
        return sign * compare(x, y);
      });
      rows.splice(0, rows.length, ...totals, ...units);
    }
    body.append(...rows);
  }
  for (const table of document.querySelectorAll("table")) {
    if (!table.tHead || table.tBodies[0].rows.length < 2) continue;
    Array.from(table.tBodies[0].rows).forEach((row, place) => { row.dataset.order = place; });
    const heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text(head);
      // Paper repeats headings on every sheet, but no buttons: the words stay beside them.
      const words = document.createElement("span");
      words.textContent = text(head);
      words.className = "paper";
      head.replaceChildren(words, button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        // Numbers are looked at from the largest down.
        const steps = head.classList.contains("n") ? ["descending", "ascending"] : ["ascending", "descending"];
        const next = now === null ? steps[0] : now === steps[0] ? steps[1] : "none";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        if (next !== "none") head.setAttribute("aria-sort", next);
        sort(table, column, next);
      });
    });
  }
  const find = document.getElementById("find");
  const told = document.querySelector(".find output");
  const units = Array.from(document.querySelectorAll("table[data-units] tbody[data-place] tr, [data-unit]"));
  const words = units.map((unit) => Array.from(unit.querySelectorAll("th, td:not(.n), strong"), text).join(" "));
  find.addEventListener("input", () => {
    const wanted = find.value.trim();
    let shown = 0;
    units.forEach((unit, place) => {
      unit.hidden = wanted !== "" && !words[place].includes(wanted);
      shown += unit.hidden ? 0 : 1;
    });
    told.textContent = wanted === "" ? "" : shown === 0 ? "没有这一单位" : "显示" + shown + "行";
  });
  document.querySelector(".find").hidden = false;
})();
