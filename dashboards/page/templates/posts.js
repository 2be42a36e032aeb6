// The list of posts: a figure is a link such as #posts?brand=x&sentiment=negative, so that the address is the state.
(() => {
  const data = JSON.parse(document.getElementById("posts-data").textContent);
  const byId = (id) => document.getElementById(id);
  const aside = byId("posts"), form = byId("posts-form"), list = byId("posts-list"), more = byId("posts-more");
  const [PREFIX, STEP, ANY] = ["#posts", 40, "*"];
  const unseen = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
  const whole = data.posts.length === data.total;

  const make = (tag, values = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), values);
    made.append(...children);
    return made;
  };
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const both = ([zh, en], values = {}) => [
    make("span", { className: "zh", lang: "zh-CN" }, filled(zh, values)),
    make("span", { className: "en", lang: "en" }, filled(en, values)),
  ];
  const say = (name, values) => both(data.says[name], values);
  const nameOf = (key, value) => {
    if (value === ANY) return data.says.all;
    const clean = value.replace(unseen, "");
    return (data.names[key] ?? {})[value] ?? [clean, clean];
  };
  const number = (value) => value.toLocaleString("en-US");
  // Asia/Shanghai keeps one clock all year
  const clock = (seconds) => new Date((seconds + 8 * 3600) * 1000).toISOString().slice(0, 16);

  const placeOf = Object.fromEntries(data.keys.map((key, place) => [key, place]));
  const codes = (post, key) => {
    const found = post[6][placeOf[key]];
    return found === undefined ? [] : Array.isArray(found) ? found : [found];
  };
  const valuesOf = (post, key) => codes(post, key).map((code) => data.values[key][code]);
  const bounded = (seconds, key, bound) => {
    const local = seconds === undefined ? "" : clock(seconds).slice(0, bound.length);
    return key.endsWith("from") ? local >= bound : local !== "" && local <= bound;
  };
  const fits = (key, wanted) => {
    if (key === "from" || key === "to") return (post) => bounded(post[0], key, wanted.at(-1));
    if (key === "indexed_from" || key === "indexed_to") return (post) => bounded(post[7], key, wanted.at(-1));
    if (!(key in placeOf)) return () => false;
    if (wanted.includes(ANY)) return (post) => codes(post, key).length > 0;
    const places = new Set(wanted.map((value) => data.values[key].indexOf(value)));
    return (post) => codes(post, key).some((code) => places.has(code));
  };

  const asked = () => {
    const choice = new Map();
    if (location.hash !== PREFIX && !location.hash.startsWith(`${PREFIX}?`)) return null;
    for (const [key, value] of new URLSearchParams(location.hash.slice(PREFIX.length + 1))) {
      if (value) choice.set(key, [...(choice.get(key) ?? []), value]);
    }
    return choice;
  };
  const query = (choice) => {
    const pairs = [...choice].flatMap(([key, values]) => values.map((value) => [key, value]));
    return pairs.length ? `?${new URLSearchParams(pairs)}` : "";
  };
  const go = (choice) => { location.hash = `${PREFIX}${query(choice)}`; };
  const changed = (choice, key, value) => {
    const next = new Map(choice);
    next.delete(key);
    if (value) next.set(key, [value]);
    return next;
  };

  const link = (address) => /^https?:\/\//.test(address || "")
    ? make("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, ...say("open"))
    : make("span", { className: "soft" }, ...say("no_link"));
  const shownAs = (post, key) => valuesOf(post, key).map((value) => both(nameOf(key, value)));
  const row = (post) => {
    const [seconds, address, title, text, engagement, corrected] = post;
    const said = make("bdi", { className: "said", dir: "auto" });
    if (title) said.append(make("b", {}, title), " ");
    said.append(text);
    const label = valuesOf(post, "sentiment")[0] ?? "neutral";
    const tag = make("span", { className: `tag ${label}` }, ...both(nameOf("sentiment", label)));
    if (corrected) tag.append(" · ", ...say("corrected"));
    const parts = ["brand", "platform", "kind"].flatMap((key) => shownAs(post, key));
    const author = valuesOf(post, "author")[0];
    if (author) parts.push([make("bdi", { dir: "auto" }, nameOf("author", author)[0].slice(0, 40))]);
    if (codes(post, "customer").length) parts.push([make("b", {}, ...say("posts_customer"))]);
    if (typeof engagement === "number") parts.push([...say("engagement"), ` ${number(engagement)}`]);
    const about = make("p", { className: "soft small" });
    const local = clock(seconds);
    about.append(tag, " ", make("time", { className: "number", dateTime: `${local}+08:00` }, local.replace("T", " ")));
    for (const part of parts) about.append(" · ", ...part);
    about.append(" · ", link(address));
    return make("li", {}, make("p", {}, said), about);
  };

  let found = [], shown = 0;
  const grow = () => {
    list.append(...found.slice(shown, shown + STEP).map(row));
    shown = Math.min(shown + STEP, found.length);
    more.hidden = shown >= found.length;
  };
  more.addEventListener("click", grow);
  new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) grow(); }, { root: aside, rootMargin: "400px" })
    .observe(more);

  const IN_FORM = ["brand", "platform", "sentiment"];
  const inForm = (key, values) => ["from", "to"].includes(key)
    ? values.length === 1 && /^\d{4}-\d\d-\d\d$/.test(values[0])
    : IN_FORM.includes(key) && values.length === 1 && (data.values[key] ?? []).includes(values[0]);
  const fillForm = (choice) => {
    const english = document.documentElement.lang === "en" ? 1 : 0;
    for (const key of IN_FORM) {
      const options = (data.values[key] ?? []).map((value) => new Option(nameOf(key, value)[english], value));
      form.elements[key].replaceChildren(new Option(data.says.all[english], ""), ...options);
    }
    for (const key of [...IN_FORM, "from", "to"]) {
      const values = choice.get(key) ?? [];
      form.elements[key].value = inForm(key, values) ? values[0] : "";
    }
  };
  const fillChosen = (choice) => {
    const others = [...choice].filter(([key, values]) => !inForm(key, values));
    byId("posts-chosen").hidden = others.length === 0;
    byId("posts-chosen").replaceChildren(...others.map(([key, values]) => {
      const names = values.map((value) => nameOf(key, value));
      const joined = [names.map((name) => name[0]).join("、"), names.map((name) => name[1]).join(", ")];
      const chip = make("button", { type: "button", className: "chip" });
      chip.append(...both(data.labels[key] ?? [key, key]), " ", ...both(joined), " ×");
      chip.dataset.key = key;
      chip.title = data.says.posts_remove.join(" / ");
      chip.addEventListener("click", () => go(changed(choice, key, "")));
      return chip;
    }));
  };
  const tell = (choice) => {
    const values = { found: number(found.length), held: number(data.posts.length), total: number(data.total) };
    const count = found.length === 0 ? "posts_none" : whole ? "posts_all" : "posts_some";
    byId("posts-count").replaceChildren(...say(count, values));
    byId("posts-count").dataset.count = String(found.length);
    const left = byId("posts-left");
    left.hidden = whole;
    const asWell = new Map(choice);
    for (const [key, day] of Object.entries(data.period)) if (!choice.has(key)) asWell.set(key, [day]);
    const console_ = make("a", { href: `${data.console}${query(asWell)}`, rel: "noreferrer" }, ...say("posts_console"));
    left.replaceChildren(...(whole ? [] : [...say("posts_left", values), " ", console_]));
  };

  let opener = null;
  const show = () => {
    const choice = asked();
    aside.dataset.address = location.hash;
    if (!choice) {
      if (!aside.hidden) opener?.focus({ preventScroll: true });
      aside.hidden = true;
      document.documentElement.classList.remove("with-posts");
      return;
    }
    const opening = aside.hidden;
    const tests = [...choice].map(([key, values]) => fits(key, values));
    found = data.posts.filter((post) => tests.every((test) => test(post)));
    shown = 0;
    list.replaceChildren();
    fillForm(choice);
    fillChosen(choice);
    tell(choice);
    aside.hidden = false;
    aside.scrollTop = 0;
    document.documentElement.classList.add("with-posts");
    for (const other of document.querySelectorAll(".mark.chosen")) other.classList.remove("chosen");
    for (const mark of document.querySelectorAll(`.mark[href="${CSS.escape(location.hash)}"]`)) mark.classList.add("chosen");
    grow();
    if (opening) byId("h-posts").focus({ preventScroll: true });
  };
  const close = () => { location.hash = "#-"; };

  document.addEventListener("click", (event) => {
    const mark = event.target.closest?.(".mark");
    if (mark) opener = mark;
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !aside.hidden) close(); });
  byId("posts-close").addEventListener("click", close);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => go(changed(asked() ?? new Map(), event.target.name, event.target.value)));
  window.addEventListener("hashchange", show);
  new MutationObserver(() => fillForm(asked() ?? new Map()))
    .observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });
  show();
})();
