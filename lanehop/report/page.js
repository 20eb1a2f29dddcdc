"use strict";
(() => {
  const numbers = new Intl.NumberFormat("en");
  const rowsSaid = (n) => `${numbers.format(n)} ${n === 1 ? "row" : "rows"}`;
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  /* A text in a CSV file (RFC 4180). What a spreadsheet might run was defused when the page was written. */
  const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const textOf = (cell) => cell.dataset.csv ?? cell.textContent;
  const lineOf = (cells) => Array.from(cells, (cell) => quoted(textOf(cell))).join(",") + "\r\n";

  function save(name, text) {
    /* The mark at the start tells Excel that this is UTF-8. */
    const address = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
    const link = make("a", { href: address, download: `${name}.csv`, hidden: true });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }

  function serve(block) {
    const table = block.querySelector("table");
    const headers = Array.from(table.tHead.rows[0].cells);
    const body = table.tBodies[0];
    const given = Array.from(body.rows);
    /* What can be found: what is shown, the rest of a text that was cut, and a time to the second. */
    const found = (cell) => (cell.matches(".text, .time") ? `${cell.textContent}\n${textOf(cell)}` : cell.textContent);
    const words = given.map((row) => Array.from(row.cells, found).join("\n").toLowerCase());
    const count = block.querySelector(".count");
    const input = block.querySelector("input");
    const download = block.querySelector(".download");

    const shown = () => Array.from(body.rows).filter((row) => !row.hidden);

    function tell() {
      const n = shown().length;
      count.textContent = n === given.length ? rowsSaid(n) : `${numbers.format(n)} of ${rowsSaid(given.length)}`;
      download.disabled = n === 0;
    }

    function filter() {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      given.forEach((row, i) => {
        row.hidden = !wanted.every((word) => words[i].includes(word));
      });
      tell();
    }

    /* Ranks were given out by value when the page was written; a missing value has none and is last in any order. */
    function sort(header) {
      const next = { ascending: "descending", descending: null }[header.getAttribute("aria-sort")];
      const order = next === undefined ? "ascending" : next;
      for (const other of headers) other.removeAttribute("aria-sort");
      if (order === null) {
        body.append(...given);
        return;
      }
      header.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const column = headers.indexOf(header);
      const ranked = given.map((row) => {
        const rank = row.cells[column].dataset.rank;
        return [rank === undefined, sign * Number(rank ?? 0), row];
      });
      ranked.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      body.append(...ranked.map((entry) => entry[2]));
    }

    for (const header of headers) {
      const button = make("button", { type: "button", className: "sort" }, ...header.childNodes);
      button.addEventListener("click", () => sort(header));
      header.append(button);
    }
    input.addEventListener("input", filter);
    download.addEventListener("click", () => {
      save(block.dataset.name, lineOf(headers) + shown().map((row) => lineOf(row.cells)).join(""));
    });
    /* Browsers put back what was typed before the page was loaded again. */
    filter();
    block.querySelector(".controls").hidden = false;
  }

  for (const block of document.querySelectorAll(".table")) serve(block);

  /* A picture is a stop for the keyboard only where there is something to scroll. */
  const canvases = document.querySelectorAll(".canvas");
  const measure = () => {
    for (const canvas of canvases) canvas.tabIndex = canvas.scrollWidth > canvas.clientWidth ? 0 : -1;
  };
  addEventListener("resize", measure);
  measure();

  /* On paper everything is unfolded. */
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = Array.from(document.querySelectorAll("details:not([open])"));
    for (const details of folded) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of folded) details.open = false;
  });

  /* Where the reader is. */
  const links = new Map(Array.from(document.querySelectorAll(".sections a"), (link) => [link.hash.slice(1), link]));
  const seen = new Set();
  const watch = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting) seen.add(entry.target.id);
        else seen.delete(entry.target.id);
      }
      let first = true;
      for (const [key, link] of links) {
        if (seen.has(key) && first) {
          link.setAttribute("aria-current", "true");
          first = false;
        } else link.removeAttribute("aria-current");
      }
    },
    { rootMargin: "-15% 0px -60% 0px" },
  );
  for (const section of document.querySelectorAll("main > section")) watch.observe(section);
})();
