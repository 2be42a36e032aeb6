"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  const buttons = all("[data-language]");
  const speak = (language) => {
    document.documentElement.lang = language;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.language === language));
  };
  for (const button of buttons) button.addEventListener("click", () => speak(button.dataset.language));
  speak(document.documentElement.lang);

  const table = document.querySelector(".mentions");
  if (table) {
    const rows = all("tbody tr", table);
    const limit = Number(table.dataset.shown);
    const wanted = { brand: "", sentiment: "" };
    const filter = () => {
      let shown = 0;
      for (const row of rows) {
        const fits = Object.entries(wanted).every(([name, value]) => !value || row.dataset[name] === value);
        row.hidden = !(fits && shown < limit);
        if (!row.hidden) shown += 1;
      }
      document.getElementById("rows-shown").textContent = String(shown);
      document.getElementById("no-rows").hidden = shown > 0;
    };
    for (const button of all("[data-filter]")) {
      button.addEventListener("click", () => {
        wanted[button.dataset.filter] = button.dataset.value;
        for (const other of all("[data-filter]", button.parentElement)) {
          other.setAttribute("aria-pressed", String(other === button));
        }
        filter();
      });
    }
    filter();
  }
  for (const part of all(".switch, .filters")) part.hidden = false;

  // the legend of a chart doubles as the reading of the column under the pointer
  for (const panel of all(".panel.time")) {
    const legend = panel.querySelector(".legend");
    const counts = all("b", legend);
    let current = null;
    const read = (column) => {
      if (column === current) return;
      current?.classList.remove("read");
      column?.classList.add("read");
      current = column;
      legend.classList.toggle("reading", Boolean(column));
      legend.querySelector(".one").textContent = column ? column.dataset.when : "";
      const parts = column ? column.dataset.parts.split(" ") : counts.map((count) => count.dataset.all);
      counts.forEach((count, index) => { count.textContent = parts[index]; });
    };
    const chart = panel.querySelector(".columns");
    for (const kind of ["pointermove", "pointerdown"]) {
      chart.addEventListener(kind, (event) => read(event.target.closest(".column")));
    }
    chart.addEventListener("pointerleave", () => read(null));
  }

  const unfold = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target && target.tagName === "DETAILS") target.open = true;
  };
  window.addEventListener("hashchange", unfold);
  unfold();
})();
