/*
 * The form and the address bar say what is wanted, Pagefind (https://pagefind.app) finds it, the page shows it.
 *
 * The index lies in bundles, one for each language and span of years. Those of one language are searched together by
 * one instance of Pagefind; languages have stemmers of their own, so an instance each, and their lists are merged here.
 * Nothing of the index is loaded before the reader turns to the box.
 */

const PAGE = 10; // results that are shown at a time
const EXCERPT = 34; // words
const NEAR = 10; // words before a match in which a sentence may begin
const PAUSE = 160; // milliseconds without a key before a search
const FILTERS = ["section", "year", "tag", "author"];
const FIELDS = ["q", ...FILTERS, "sort"];

const find = (selector) => document.querySelector(selector);
const form = find("#newsgen-search");
const box = form.elements.q;
const filters = find(".search-filters");
const order = find(".search-order");
const status = find(".search-state [role=status]");
const found = find(".search-found");
const list = find(".search-results");
const more = find(".search-more");
const browse = find(".search-browse");

const data = JSON.parse(find("#newsgen-search-data").textContent);
const language = document.documentElement.lang.toLowerCase();
const plural = new Intl.PluralRules(language);
const root = new URL(".", new URL(find(".search").dataset.root, location)); // the site may live in a folder of its host
const stamp = String(Date.now()); // asks once a visit for what changes under one address

/* What is wanted: a value for each field, "" for none */

/** Return what the form says. What was written into a filter counts as the name that it means. */
function wishInForm() {
  const given = new FormData(form);
  const wish = Object.fromEntries(FIELDS.map((name) => [name, given.get(name)?.trim() ?? ""]));
  for (const name of FILTERS) {
    const names = [...(form.elements[name]?.list?.options ?? [])].map((option) => option.value);
    wish[name] = names.find((known) => known.toLowerCase() === wish[name].toLowerCase()) ?? wish[name];
  }
  return wish;
}

function fillForm(given) {
  for (const field of FIELDS.map((name) => form.elements[name]).filter(Boolean)) {
    field.value = given.get(field.name) ?? "";
    if (field.selectedIndex === -1) field.value = ""; // an address may name what is no longer there
  }
}

function addressOf(wish) {
  const address = new URL(location);
  address.search = new URLSearchParams(Object.entries(wish).filter(([, value]) => value));
  return address.href;
}

/* Pagefind */

const pathOf = (bundle) => new URL(bundle.url.slice(1), root).pathname;
const languages = (bundles) => [...new Set(bundles.map((bundle) => bundle.language))];
const missing = new Set(); // bundles that did not answer
const present = () => data.bundles.filter((bundle) => !missing.has(bundle));
const instances = new Map();

/** Return what searches bundles, which are all in one language, once it is ready. */
function instanceOf(bundles, byDate) {
  const name = [byDate, ...bundles.map((bundle) => bundle.url)].join(" ");
  if (!instances.has(name)) instances.set(name, connect(bundles, byDate));
  return instances.get(name);
}

async function connect(bundles, byDate) {
  const [first, ...others] = bundles;
  // One module a language, since a module loads one stemmer and keeps it.
  const newest = present().find((bundle) => bundle.language === first.language);
  const { createInstance } = await import(`${pathOf(newest)}pagefind.js`);
  // Pagefind orders what it finds in several bundles by score times weight. In a search by date the score is a
  // document's place in its bundle, from 0 for the oldest; weights in large steps keep bundles in order.
  const step = Math.min(16, Math.floor(1000 / bundles.length));
  const weight = (bundle) => (byDate ? 2 ** (step * (bundles.length - bundles.indexOf(bundle))) : 1);
  const options = (bundle) => ({ baseUrl: root.pathname, metaCacheTag: stamp, indexWeight: weight(bundle) });
  const { lang } = document.documentElement;
  document.documentElement.lang = first.language; // Pagefind reads there which language to search
  const instance = createInstance({ ...options(first), basePath: pathOf(first) });
  document.documentElement.lang = lang;
  // A search for nothing ends when the first bundle is ready, and fails where merging would wait for ever.
  const ready = instance.search("");
  const merged = others.map((other) =>
    instance.mergeIndex(pathOf(other), { ...options(other), language: first.language }),
  );
  await Promise.all([ready, ...merged]);
  return instance;
}

/** Return lists of results, each in the order that is wanted. */
async function search(wish) {
  const bundles = present().filter(({ first, last }) => !wish.year || (first <= wish.year && wish.year <= last));
  const byDate = Boolean(wish.sort) || !wish.q;
  const lists = languages(bundles).map(async (code) => {
    const own = bundles.filter((bundle) => bundle.language === code);
    const isOneYear = own.every(({ first, last }) => first === last); // then no filter has to be loaded for it
    const names = FILTERS.filter((name) => wish[name] && !(name === "year" && isOneYear));
    const wanted = Object.fromEntries(names.map((name) => [name, wish[name]]));
    const options = { filters: wanted, sort: byDate ? { date: "desc" } : {} };
    const { results } = await (await instanceOf(own, byDate)).search(wish.q || null, options);
    for (const result of results) result.bundle = own[0];
    if (!byDate) return [results];
    // No weight moves a score of 0: the oldest documents of bundles make a list of their own.
    const oldest = results.filter(({ score }) => !score);
    oldest.forEach(load);
    for (const result of oldest) result.date = (await load(result)).meta.date;
    oldest.sort((one, other) => (one.date < other.date ? 1 : -1));
    const both = [results.filter(({ score }) => score), oldest];
    return wish.sort === "oldest" ? both.map((part) => part.reverse()) : both;
  });
  const all = (await Promise.all(lists)).flat();
  return byDate ? all : [all.flat().sort((one, other) => other.score - one.score)];
}

const load = (result) => (result.loaded ??= result.data());

/** Take the next results from the heads of lists, by their dates where there are several, and return them. */
async function take(lists, isOldestFirst) {
  for (const results of lists) results.slice(0, PAGE).forEach(load);
  const taken = [];
  while (taken.length < PAGE) {
    const heads = lists.filter((results) => results.length);
    const dates = await Promise.all(heads.map(async ([head]) => (await load(head)).meta.date));
    const [soonest] = dates.toSorted().slice(isOldestFirst ? 0 : -1);
    if (!heads.length) break;
    taken.push(heads[dates.indexOf(soonest)].shift());
  }
  return Promise.all(taken.map(async (result) => ({ ...(await load(result)), bundle: result.bundle })));
}

/* What can go wrong */

async function isThere(bundle) {
  try {
    return (await fetch(`${pathOf(bundle)}pagefind-entry.json`, { method: "HEAD", cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

/** Do `work`, once more if it fails since bundles are missing. An error has the name of the text that tells it. */
async function withWhatIsThere(work) {
  try {
    return await work();
  } catch (error) {
    console.warn(error);
    instances.clear();
    if (/CompileError|WebAssembly/.test(error)) throw new Error("forbidden");
    const tried = present();
    const there = await Promise.all(tried.map(isThere));
    if (!there.includes(true)) throw new Error("unreachable");
    const lost = tried.filter((bundle, index) => !there[index]);
    if (!lost.length) throw new Error("broken");
    lost.forEach((bundle) => missing.add(bundle));
    return work();
  }
}

/* What is shown */

/** Return a text of the interface; `count` chooses its plural form. */
function text(name, values = {}) {
  const forms = data.texts[name];
  const written = forms[plural.select(values.count ?? 0)] ?? forms.other;
  return written.replace(/\{(\w+)\}/g, (_, key) => values[key].toLocaleString(language));
}

function say(message, isTrouble = false) {
  status.textContent = message;
  status.classList.toggle("notice", isTrouble);
}

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children.filter(Boolean));
  return made;
}

function link(address, ...words) {
  const made = element("a", "", ...words);
  made.href = address;
  return made;
}

/** Return the words of a result, what stands between them, where they match, and how many are the headline's. */
function readWords(result) {
  // Pagefind puts a space of no width between the words of languages that are written without spaces.
  const isSpaced = !result.raw_content.includes("\u200b");
  const unescaped = (word) => word.replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  const words = isSpaced ? result.content.split(/\s+/) : result.raw_content.split("\u200b").map(unescaped);
  const joiner = isSpaced ? " " : "";
  const title = result.meta.title.split(/\s+/).join(" ");
  let [head, written] = [0, ""];
  while (head < words.length && written.length < title.length) written += (head ? joiner : "") + words[head++];
  if (!written.startsWith(title)) head = 0;
  // Where a heading ends, Pagefind writes a full stop.
  else words[head - 1] = words[head - 1].slice(0, words[head - 1].length + title.length - written.length);
  return { words, joiner, head, hits: new Set(result.locations) };
}

/** Return words with their matches marked, as nodes and never as HTML: no text of an article can become code. */
function marked({ words, joiner, hits }, start, end) {
  return words.slice(start, end).flatMap((word, index) => {
    const [, before, core, after] = word.match(/^([^\p{L}\p{N}]*)(.*?)([^\p{L}\p{N}]*)$/su);
    const nodes = hits.has(start + index) && core ? [before, element("mark", "", core), after] : [word];
    return index ? [joiner, ...nodes] : nodes;
  });
}

/** Return the words around most matches in the text; without a match there, the summary. */
function excerpt(result, read) {
  const { words, head, hits } = read;
  const places = [...hits].filter((place) => place >= head).sort((one, other) => one - other);
  if (!places.length && result.meta.summary) return [result.meta.summary];
  const worth = (start) => places.filter((place) => place >= start && place < start + EXCERPT - NEAR).length;
  const best = places.reduce((kept, place) => (worth(place) > worth(kept) ? place : kept), places[0] ?? head);
  const from = Math.max(head, best - NEAR);
  const end = words.slice(from, best).findLastIndex((word) => /[.!?。！？]["”’»)]*$/.test(word));
  const start = end < 0 ? Math.max(from, best - NEAR / 2) : from + end + 1;
  const isCut = start + EXCERPT < words.length;
  return [start > head && "… ", ...marked(read, start, start + EXCERPT), isCut && " …"];
}

function item(result) {
  const { title, section, kicker, date, when } = result.meta;
  const read = readWords(result);
  const above = [section, kicker].filter(Boolean).map((name) => element("span", "", name));
  const headings = result.sub_results.filter((part) => part.anchor).slice(0, 2);
  const under = headings.map((part) => element("span", "", link(part.url, part.title)));
  const time = element("time", "", when);
  time.dateTime = date;
  const made = element(
    "li", "row",
    above.length && element("p", "kicker", ...above),
    element("h3", "head", link(result.url, ...(read.head ? marked(read, 0, read.head) : [title]))),
    element("p", "summary", ...excerpt(result, read)),
    element("p", "meta", time, under.length && element("span", "search-parts", `${text("under")} `, ...under)),
  );
  if (result.bundle.language !== language) [made.lang, made.dir] = [result.bundle.language, result.bundle.direction];
  return made;
}

function clear(message = "", isTrouble = false) {
  list.replaceChildren();
  found.hidden = true;
  browse.hidden = false;
  say(message, isTrouble);
}

function show(wish, first, lists) {
  const years = [...missing].map(({ first, last }) => (first === last ? `${first}` : `${first}–${last}`));
  const lack = years.length ? ` ${text("lacks", { years: years.join(", ") })}` : "";
  const query = wish.q;
  if (!first.length) return clear(text(query ? "nothing" : "nothing_listed", { query }) + lack, Boolean(lack));
  list.replaceChildren(...first.map(item));
  found.hidden = false;
  browse.hidden = !lack;
  const count = offerMore(lists);
  say(text(query ? "results" : "listed", { count, query }) + (lack && `.${lack}`), Boolean(lack));
}

/** Show the button if there are more results; return how many there are in all. */
function offerMore(lists) {
  const shown = list.children.length;
  const count = shown + lists.flat().length;
  more.hidden = shown === count;
  more.querySelector("span").textContent = text("shown", { shown, count });
  return count;
}

/* The search itself */

let latest = 0; // the number of the search whose results are wanted
let settled = ""; // the address of the search that the reader last decided on
let pause = 0;
let showMore = () => {};

/** Search for what is wanted and show it, unless another search begins meanwhile. */
async function run(wish) {
  const own = ++latest;
  const isStale = () => own !== latest;
  const next = (lists) => take(lists, wish.sort === "oldest");
  order.hidden = !wish.q;
  if (!wish.q && FILTERS.every((name) => !wish[name])) return clear();
  const waiting = setTimeout(() => isStale() || say(text("loading")), 300);
  try {
    const [lists, first] = await withWhatIsThere(async () => {
      const lists = await search(wish);
      return [lists, await next(lists)];
    });
    // Pagefind passes over files that it cannot load: that nothing was found may mean that nothing was loaded.
    if (!first.length && !(await isThere(present()[0]))) throw new Error("unreachable");
    if (isStale()) return;
    show(wish, first, lists);
    showMore = async () => {
      const items = (await next(lists)).map(item);
      if (isStale()) return;
      list.append(...items);
      offerMore(lists);
      items[0].querySelector("a").focus(); // the button may be gone, and what is new is what was asked for
    };
  } catch (error) {
    if (!isStale()) fail(error);
  } finally {
    clearTimeout(waiting);
  }
}

function fail(error) {
  instances.clear();
  clear(text(error.message in data.texts ? error.message : "broken"), true);
}

function whileTyping() {
  clearTimeout(pause);
  history.replaceState(null, "", addressOf(wishInForm()));
  pause = setTimeout(() => run(wishInForm()), PAUSE);
}

/** Enter the search into the history; what was typed on the way to it is no step back. */
function decide() {
  clearTimeout(pause);
  const address = addressOf(wishInForm());
  history.replaceState(null, "", settled);
  if (address !== settled) history.pushState(null, "", address);
  settled = address;
  run(wishInForm());
}

function restore() {
  settled = location.href;
  fillForm(new URL(location).searchParams);
  const wish = wishInForm();
  filters.open ||= FILTERS.some((name) => wish[name]);
  run(wish);
}

/** Load the index while the reader thinks of a word. What fails is told once there is something to search for. */
function prepare() {
  for (const code of languages(present())) {
    instanceOf(present().filter((bundle) => bundle.language === code), false).catch(() => {});
  }
}

// Beside the results the filters are always open, and on a phone if one is chosen.
const wide = matchMedia("(width >= 62rem)");
wide.addEventListener("change", () => (filters.open ||= wide.matches));
filters.open = wide.matches;
filters.hidden = false;

box.addEventListener("focus", prepare, { once: true });
box.addEventListener("input", whileTyping);
box.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  box.value = "";
  whileTyping();
});
document.addEventListener("keydown", (event) => {
  const isWriting = event.target.closest("input:not([type=checkbox]), select");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || isWriting || !find(".search-key input").checked) return;
  event.preventDefault();
  box.focus();
});
for (const name of [...FILTERS, "sort"]) form.elements[name]?.addEventListener("change", decide);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  decide();
});
form.addEventListener("reset", () => setTimeout(decide)); // the fields are empty after this event
more.querySelector("button").addEventListener("click", () => showMore().catch(fail));
addEventListener("popstate", restore);
restore();
