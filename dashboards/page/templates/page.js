(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

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
