// What pages do beyond showing themselves, by attributes alone. Everything works without: whatever fails here is left to
// the browser, which does the plain thing.
(() => {
  "use strict";
  const $ = (id, of = document) => of.getElementById(id);
  const on = (kind, does, early) => document.addEventListener(kind, does, early);
  const make = (tag, of) => Object.assign(document.createElement(tag), of);
  const words = (text) => (text || "").split(/\s+/).filter(Boolean);

  // What happened, for those who listen.
  let speaker;
  const say = (text) => {
    if (!speaker?.isConnected) document.body.append((speaker = make("div", { className: "unseen", role: "status" })));
    setTimeout(() => (speaker.textContent = text), 60);
  };

  const get = async (url, with_) => {
    const answer = await fetch(url, { headers: { accept: "text/html" }, credentials: "same-origin", ...with_ });
    if (!(answer.headers.get("content-type") || "").startsWith("text/html")) throw new Error("not a page");
    return [answer, new DOMParser().parseFromString(await answer.text(), "text/html")];
  };

  // Where the focus is, in words that the next page knows too.
  const place = () => {
    const at = document.activeElement;
    if (!at || at === document.body) return () => {};
    const name = at.getAttribute("name");
    const same = [at.id && `#${CSS.escape(at.id)}`, name && `[name="${CSS.escape(name)}"][value="${CSS.escape(at.getAttribute("value") || "")}"]`,
      name && `[name="${CSS.escape(name)}"]`, at.getAttribute("href") && `a[href="${CSS.escape(at.getAttribute("href"))}"]`];
    const part = at.closest("[id]:not(main)")?.id;
    const all = (of) => [...of.querySelectorAll("a, button, input, select, textarea")];
    const index = part ? all($(part)).indexOf(at) : -1;
    return () => {
      if (at.isConnected) return;
      const parts = [part && $(part), document].filter(Boolean);
      for (const within of parts) for (const way of same.filter(Boolean)) {
        const found = within.querySelector(way);
        if (found) return found.focus({ preventScroll: true });
      }
      const twin = part && $(part) && all($(part))[index];
      if (twin?.textContent === at.textContent) return twin.focus({ preventScroll: true });
      const last = (part && $(part)) || $("main");
      last?.setAttribute("tabindex", "-1");
      last?.focus({ preventScroll: true });
    };
  };

  // Puts the elements of these ids from another page in place of ours; false where one is missing.
  const put = (page, ids, also = []) => {
    if (!ids.length || ids.some((id) => !$(id) || !$(id, page))) return false;
    const back = place();
    for (const id of [...ids, ...also]) {
      const [old, young] = [$(id), $(id, page)];
      if (!old || !young) continue;
      const folds = young.querySelectorAll("details");
      old.querySelectorAll("details").forEach((fold, index) => {
        const same = fold.id ? young.querySelector(`#${CSS.escape(fold.id)}`) : folds[index];
        if (same?.firstElementChild?.textContent === fold.firstElementChild?.textContent) same.open = fold.open;
      });
      old.replaceWith(document.adoptNode(young));
    }
    document.title = page.title;
    back();
    return true;
  };

  const show = (page, ids, answer, isNew) => {
    // What answers a form without sending us elsewhere is this page still.
    const here = (!isNew && !answer.redirected) || new URL(answer.url).pathname === location.pathname;
    const bad = page.querySelector("main [role=alert]");
    const isSeen = !bad || ["told", ...ids].some((id) => $(id, page)?.contains(bad));
    if (isNew || !here) {
      history.replaceState({ swap: true }, "");
      history.pushState({ swap: true }, "", answer.url);
    }
    if (here && isSeen && put(page, ids, ["told", "cart-link"])) {
      const first = $(ids[0]);
      if (isNew && first.getBoundingClientRect().top < 0) first.scrollIntoView();
    } else {
      document.title = page.title;
      document.documentElement.replaceChild(document.adoptNode(page.body), document.body);
      scrollTo(0, 0);
      $("main")?.focus({ preventScroll: true });
    }
    const news = ids.map((id) => $(id)?.querySelector("[data-say]")).find(Boolean);
    say($("told")?.textContent.trim() || bad?.textContent || news?.textContent || page.title);
    const alert = document.querySelector("main [role=alert][tabindex]");
    alert?.focus();
    begin();
  };

  const busy = (ids, is) => ids.forEach((id) => { $(id)?.setAttribute("aria-busy", is); $(id)?.classList.toggle("is-busy", is); });
  let running;

  const swap = async (ids, url, with_, isNew, plain) => {
    // Whoever asks anew no longer wants the answer before; what changes something is let through.
    if (isNew) { running?.abort(); running = new AbortController(); with_ = { ...with_, signal: running.signal }; }
    busy(ids, true);
    try {
      const [answer, page] = await get(url, with_);
      show(page, ids, answer, isNew);
    } catch (fault) {
      if (fault.name !== "AbortError") plain();
    } finally { busy(ids, false); }
  };

  on("submit", (event) => {
    const form = event.target, by = event.submitter;
    const ask = by?.dataset.confirm || form.dataset.confirm;
    if (ask && !confirm(ask)) return event.preventDefault();
    const ids = words(by?.dataset.swap || form.dataset.swap);
    if (!ids.length || !ids.every((id) => $(id)) || form.querySelector("input[type=file]")) return;
    event.preventDefault();
    const isGet = (form.getAttribute("method") || "get").toLowerCase() === "get";
    const url = new URL(by?.getAttribute("formaction") || form.getAttribute("action") || "", location.href);
    const data = new FormData(form);
    if (by?.name) data.append(by.name, by.value);
    const body = new URLSearchParams([...data].filter(([, value]) => typeof value === "string" && (value || !isGet)));
    const plain = () => { form.action = url; HTMLFormElement.prototype.submit.call(form); };
    if (isGet) { url.search = body; swap(ids, url, {}, true, () => location.assign(url)); }
    else swap(ids, url, { method: "POST", body }, false, plain);
  });

  on("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest("a[href]");
    if (link?.dataset.confirm && !confirm(link.dataset.confirm)) return event.preventDefault();
    const ids = words(link?.dataset.swap);
    if (ids.length && link.origin === location.origin && ids.every((id) => $(id))) {
      event.preventDefault();
      return void swap(ids, link.href, {}, true, () => location.assign(link.href));
    }
    const strip = link?.closest("[data-gallery]")?.querySelector(".gallery-strip");
    const photo = link?.hash && $(decodeURIComponent(link.hash.slice(1)));
    if (strip && photo && strip.contains(photo)) {
      event.preventDefault();
      return strip.scrollTo({ left: photo.offsetLeft - strip.firstElementChild.offsetLeft });
    }
    const copy = event.target.closest("[data-copy]");
    const text0 = copy?.textContent, text = copy?.dataset.copy || copy?.textContent;
    if (copy && navigator.clipboard) navigator.clipboard.writeText(text).then(() => {
      say(copy.dataset.copied || text);
      if (!copy.dataset.copied) return;
      copy.textContent = copy.dataset.copied;
      setTimeout(() => (copy.textContent = text0), 1600);
    }, () => {});
  });

  on("change", ({ target }) => {
    const by = target.closest("[data-submit-on-change]")?.dataset.submitOnChange;
    if (by !== undefined) target.form?.requestSubmit($(by));
  });

  // Which photo of a gallery is in view.
  on("scroll", ({ target }) => {
    if (!target.matches?.("[data-gallery] .gallery-strip")) return;
    const at = target.children[Math.round(target.scrollLeft / target.clientWidth)];
    for (const link of target.closest("[data-gallery]").querySelectorAll(".gallery-thumbs a"))
      link.hash === `#${at?.id}` ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
  }, true);

  addEventListener("popstate", (event) => { if (event.state?.swap) location.reload(); });

  // Suggestions under a search.
  const suggest = (form) => {
    const input = form.querySelector("input[type=search]");
    const list = make("ul", { className: "suggestions", id: `${input.id}-list`, role: "listbox", hidden: true, ariaLabel: input.placeholder });
    form.append(list);
    const set = (of) => { for (const name in of) input.setAttribute(name, of[name]); };
    set({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id });
    let wait, asked, at = -1;
    const close = () => { list.hidden = true; at = -1; set({ "aria-expanded": "false" }); input.removeAttribute("aria-activedescendant"); };
    const price = (money) => {
      const way = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: money.currency });
      return way.format(money.amount / 10 ** way.resolvedOptions().maximumFractionDigits);
    };
    const open = (items) => {
      list.replaceChildren(...items.map((item, index) => {
        const line = make("li", { role: "option", id: `${list.id}-${index}`, ariaSelected: "false" });
        line.dataset.to = form.dataset.suggestTo + encodeURIComponent(item.slug);
        line.append(item.image ? make("img", { className: "thumbnail", src: item.image.replace(/\/800\.webp$/, "/320.webp"), alt: "", width: 44, height: 44 })
          : make("span", { className: "thumbnail is-empty" }), make("span", { textContent: item.name }));
        if (item.price?.currency) line.append(make("span", { className: "price", textContent: price(item.price) }));
        return line;
      }));
      at = -1;
      list.hidden = !items.length;
      set({ "aria-expanded": String(!list.hidden) });
    };
    const mark = (next) => {
      at = (next + list.children.length) % list.children.length;
      [...list.children].forEach((line, index) => (line.ariaSelected = String(index === at)));
      set({ "aria-activedescendant": list.children[at].id });
      list.children[at].scrollIntoView({ block: "nearest" });
    };
    input.addEventListener("input", () => {
      clearTimeout(wait);
      asked?.abort();
      const q = input.value.trim();
      if (q.length < 2) return close();
      wait = setTimeout(async () => {
        asked = new AbortController();
        try {
          const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(q)}`, { signal: asked.signal });
          if (answer.ok) open((await answer.json()).items);
        } catch { /* There are none, then. */ }
      }, 140);
    });
    input.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      if (event.key === "ArrowDown") mark(at + 1);
      else if (event.key === "ArrowUp") mark(at < 0 ? -1 : at - 1);
      else if (event.key === "Enter" && at >= 0) location.assign(list.children[at].dataset.to);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const line = event.target.closest("[data-to]");
      if (line) location.assign(line.dataset.to);
    });
    input.addEventListener("blur", close);
  };

  // What moves by itself: told that something happened, the page is read again and its live parts are put in place.
  let source, told;
  const listen = () => {
    const url = document.querySelector("[data-live]")?.dataset.live;
    if (source?.way === url) return;
    source?.stream.close();
    source = url && { way: url, stream: new EventSource(url) };
    if (!source) return;
    const read = () => { clearTimeout(told); told = setTimeout(refresh, 250); };
    source.stream.onmessage = read;
    for (const name of words(document.querySelector("[data-live]").dataset.liveEvents)) source.stream.addEventListener(name, read);
  };
  const refresh = async () => {
    try {
      const [answer, page] = await get(location.href);
      if (!answer.ok) return;
      // Nobody loses what they are typing.
      const typing = document.activeElement?.closest?.("[data-live-part]:has(:is(input, textarea, select):focus)");
      const parts = [...document.querySelectorAll("[data-live-part][id]")].filter((part) => {
        const young = $(part.id, page);
        return young && part !== typing && part.outerHTML !== young.outerHTML;
      });
      if (put(page, parts.map((part) => part.id))) say($(parts[0].id)?.querySelector("[data-say]")?.textContent.trim() || page.title);
      const live = document.querySelector("[data-live]");
      if (live && !page.querySelector("[data-live]")) delete live.dataset.live;
      begin();
    } catch { /* The next message tries again. */ }
  };
  addEventListener("pagehide", () => { source?.stream.close(); source = undefined; });
  addEventListener("pageshow", (event) => { if (event.persisted) begin(); });

  const begin = () => {
    for (const form of document.querySelectorAll("[data-suggest]:not(:has(.suggestions))")) suggest(form);
    document.querySelector(".gallery-thumbs:not(:has([aria-current])) a")?.setAttribute("aria-current", "true");
    if (window.EventSource) listen();
  };
  begin();
  document.querySelector("main [role=alert][tabindex]")?.focus();
})();
