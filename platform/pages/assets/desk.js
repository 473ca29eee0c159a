// What only the desk does: files that are dropped, long uploads that show how far they are, figures that are read again.
// Without it, all are plain forms and pages.
(() => {
  "use strict";
  const names = (drop, files) => {
    const list = drop.querySelector(".drop-names") || drop.appendChild(document.createElement("p"));
    list.className = "drop-names";
    list.textContent = [...files].map((file) => file.name).join(", ");
  };
  for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, (event) => {
    const drop = event.target.closest?.("[data-drop]"), input = drop?.querySelector("input[type=file]");
    if (!input) return;
    event.preventDefault();
    drop.classList.toggle("is-over", kind === "dragover");
    if (kind !== "drop" || !event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("change", ({ target }) => {
    const drop = target.closest("[data-drop]");
    if (drop && target.files) names(drop, target.files);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target, bar = form.querySelector("progress");
    if (!form.matches("[data-progress]") || !bar || event.defaultPrevented) return;
    event.preventDefault();
    const plain = () => HTMLFormElement.prototype.submit.call(form);
    const upload = new XMLHttpRequest();
    bar.classList.remove("unseen");
    upload.upload.onprogress = ({ loaded, total }) => (bar.value = (loaded / total) * 100);
    upload.upload.onload = () => bar.removeAttribute("value");
    upload.onerror = plain;
    upload.onload = () => {
      const page = upload.responseXML;
      if (!page?.querySelector("main")) return plain();
      history.pushState({ swap: true }, "", upload.responseURL);
      document.title = page.title;
      document.documentElement.replaceChild(document.adoptNode(page.body), document.body);
      scrollTo(0, 0);
      document.querySelector("main").focus({ preventScroll: true });
    };
    upload.open("POST", form.action);
    upload.setRequestHeader("accept", "text/html");
    upload.responseType = "document";
    upload.send(new FormData(form, event.submitter));
  });

  // Read again every so many seconds, while somebody looks.
  const each = Number(document.querySelector("[data-refresh][id]")?.dataset.refresh);
  if (each) setInterval(async () => {
    const old = document.querySelector("[data-refresh][id]");
    if (!old || document.hidden || old.contains(document.activeElement)) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      const young = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(old.id);
      if (answer.ok && young && old.isConnected) old.replaceWith(document.adoptNode(young));
    } catch { /* The next time, then. */ }
  }, each * 1000);
})();
