"use strict";
(() => {
  const API = "/cogsync-api";
  const EVERY = 1000;
  const SHOWN = 200;
  const $ = (id) => document.getElementById(id);
  const open = new Set(); // what the user has unfolded, by key
  const details = new Map(); // identities and datasets that were read, by key
  let calls = [];
  let total = -1;
  let dropped = 0;
  let paused = false;
  let connected = null;
  let polling = false;
  let toastTimer = 0;

  // Text goes into text nodes and attributes only, never through a parser of HTML.
  function el(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else made.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat()) if (child !== null && child !== undefined && child !== false) made.append(child);
    return made;
  }

  async function ask(method, path, content) {
    const options = { method, cache: "no-store" };
    if (content !== undefined) {
      options.body = typeof content === "string" ? content : JSON.stringify(content);
      options.headers = { "Content-Type": "application/json" };
    }
    const answer = await fetch(API + path, options);
    let body = null;
    try { body = await answer.json(); } catch { /* no JSON */ }
    if (!answer.ok) throw new Error((body && body.error) || `The server answered ${answer.status}.`);
    return body;
  }

  function toast(text, isBad) {
    clearTimeout(toastTimer);
    $("toast").textContent = text;
    $("toast").className = isBad ? "bad" : "";
    $("toast").hidden = false;
    toastTimer = setTimeout(() => { $("toast").hidden = true; }, isBad ? 9000 : 4000);
  }

  async function tried(action, done) {
    try {
      await action();
      if (done) toast(done);
    } catch (error) {
      toast(error.message, true);
    }
    total = -1;
    await poll();
  }

  // Rebuilds a part of the page when its data has changed; what is unfolded, focused and scrolled to stays.
  const last = new Map();
  function show(place, data, build) {
    const text = JSON.stringify(data);
    if (last.get(place) === text) return;
    last.set(place, text);
    const target = $(place);
    const focused = document.activeElement && target.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const top = target.scrollTop;
    target.replaceChildren(...[build()].flat());
    target.scrollTop = top;
    if (focused) {
      const again = [...target.querySelectorAll("[data-key]")].find((found) => found.dataset.key === focused);
      if (again) again.focus();
    }
  }

  function foldable(key, className, summary, inside) {
    const made = el("details", { class: className }, el("summary", { "data-key": key }, summary));
    const fill = () => { if (made.children.length === 1) made.append(el("div", { class: "inside" }, inside())); };
    if (open.has(key)) { made.open = true; fill(); }
    made.addEventListener("toggle", () => {
      if (made.open) { open.add(key); fill(); } else open.delete(key);
      if (key.startsWith("pool ") || key.startsWith("identity ")) poll();
    });
    return made;
  }

  const size = (bytes) => bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
  const plural = (count, word) => `${count} ${word === "identity" && count !== 1 ? "identities" : word + (count === 1 ? "" : "s")}`;
  function when(seconds) {
    if (!seconds) return "never";
    const date = new Date(seconds * 1000);
    const today = date.toDateString() === new Date().toDateString();
    return el("time", { datetime: date.toISOString(), title: date.toLocaleString() }, today ? date.toLocaleTimeString() : date.toLocaleString());
  }
  const badge = (text, kind) => el("span", { class: `badge ${kind || ""}` }, text);
  const fact = (name, value) => value === undefined || value === null || value === "" ? [] : [el("dt", null, name), el("dd", null, value)];
  const mono = (text) => el("span", { class: "mono" }, text);

  // ------------------------------------------------------------------------------------- pools

  function poolView(pool) {
    const streams = pool.cognito_streams;
    const events = Object.entries(pool.cognito_events || {});
    const status = streams && (streams.StreamingStatus || "not set");
    const summary = [
      el("span", { class: "name" }, pool.name || "(no name)"),
      el("span", { class: "id grow" }, pool.id),
      pool.push_sync && badge("push", "accent"),
      streams && badge(`stream ${status}`, status === "ENABLED" ? "good" : "warn"),
      events.length > 0 && badge("trigger", "accent"),
      badge(plural(pool.identity_count, "identity")),
    ];
    return foldable(`pool ${pool.id}`, "pool", summary, () => {
      const push = pool.push_sync || {};
      const read = details.get(`pool ${pool.id}`);
      return [
        el("dl", { class: "facts" },
          fact("Account, region", `${pool.account} · ${pool.region}`),
          fact("Push sync", pool.push_sync ? "" : "off"),
          pool.push_sync ? [el("dt", null, "Push sync"), el("dd", null, (push.ApplicationArns || []).map((arn) => el("div", { class: "mono" }, arn)), push.RoleArn && el("div", { class: "mono soft" }, push.RoleArn))] : [],
          fact("Stream", streams ? `${streams.StreamName || "no stream"}, ${status}` : "off"),
          streams && fact("Stream's role", streams.RoleArn && mono(streams.RoleArn)),
          streams && fact("Why it is disabled", streams.DisabledReason),
          events.length ? events.flatMap(([name, arn]) => fact(name, mono(arn))) : fact("Events", "none"),
          fact("Storage", size(pool.storage))),
        el("h3", null, "Identities"),
        !read ? el("p", { class: "soft" }, "Loading…")
          : read.identities.length === 0 ? el("p", { class: "soft" }, "None yet.")
            : el("div", null, read.identities.map((identity) => identityView(pool, identity)),
              pool.identity_count > read.identities.length && el("p", { class: "soft" }, `and ${pool.identity_count - read.identities.length} older ones`)),
      ];
    });
  }

  function identityView(pool, identity) {
    const key = `identity ${pool.id} ${identity.id}`;
    const summary = [
      el("span", { class: "id grow" }, identity.id),
      badge(plural(identity.dataset_count, "dataset")),
      identity.device_count > 0 && badge(plural(identity.device_count, "device")),
      el("span", { class: "soft" }, size(identity.storage)),
    ];
    return foldable(key, "identity", summary, () => {
      const read = details.get(key);
      if (!read) return [el("p", { class: "soft" }, "Loading…")];
      return [
        el("h3", null, "Datasets"),
        read.datasets.length ? el("div", null, read.datasets.map((dataset) => datasetView(key, dataset))) : el("p", { class: "soft" }, "None yet."),
        el("h3", null, "Devices"),
        read.devices.length ? el("ul", { class: "devices" }, read.devices.map((device) => el("li", null, badge(device.platform, "accent"), " ", mono(device.id), el("div", { class: "soft" }, device.subscriptions.length ? `subscribed to ${device.subscriptions.join(", ")}` : "no subscriptions", device.endpoint_arn ? ` · ${device.endpoint_arn}` : ""))))
          : el("p", { class: "soft" }, "None registered."),
      ];
    });
  }

  function datasetView(identityKey, dataset) {
    const summary = [
      el("strong", { class: "grow" }, dataset.name),
      !dataset.exists && badge("deleted", "bad"),
      badge(`sync count ${dataset.sync_count}`, "accent"),
      badge(plural(dataset.records.filter((record) => !record.removed).length, "record")),
    ];
    const row = (record) => el("tr", { class: record.removed ? "removed" : null },
      el("td", { class: "mono" }, record.key),
      el("td", { class: "value" }, record.removed ? badge("removed", "bad") : record.value, record.length > (record.value || "").length && el("span", { class: "soft" }, ` … ${record.length} characters`)),
      el("td", { class: "number" }, String(record.sync_count)),
      el("td", { class: "nowrap" }, when(record.last_modified)),
      el("td", { class: "mono" }, record.last_modified_by || ""));
    return foldable(`${identityKey} ${dataset.name}`, "dataset", summary, () => [
      el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Records of ${dataset.name}` }, el("table", null,
        el("thead", null, el("tr", null, ["Key", "Value", "Count", "Modified", "By"].map((name) => el("th", { scope: "col", class: name === "Count" ? "number" : null }, name)))),
        el("tbody", null, dataset.records.map(row)))),
      el("p", { class: "soft" }, `${size(dataset.storage)} · last changed `, when(dataset.last_modified)),
    ]);
  }

  function noPools() {
    const sample = `aws --endpoint-url ${location.origin} cognito-identity \\\n  create-identity-pool --identity-pool-name game \\\n  --allow-unauthenticated-identities`;
    return el("div", { class: "empty" }, el("strong", null, "No identity pools yet"), "Make one with any SDK, or with the AWS CLI:", el("pre", null, sample));
  }

  // ------------------------------------------------------------------------------------- calls

  // Not answered yet, when it was read.
  const isOpen = (call) => call.status === null && !call.error && call.duration === 0;

  function callView(call, number) {
    const bad = Boolean(call.error);
    const summary = [
      el("span", { class: `status ${bad ? "bad" : ""}` }, String(call.status || (bad ? "✕" : isOpen(call) ? "…" : "ok"))),
      el("span", { class: "what" }, el("span", { class: "service" }, `${call.service || "?"} `), el("strong", null, call.operation),
        call.source !== "application" && [" ", badge(`by ${call.source}`, "accent")],
        call.attempts > 1 && [" ", badge(`${call.attempts} attempts`, "warn")],
        bad && el("span", { class: "error" }, `${call.error}${call.message ? ": " + call.message : ""}`)),
      el("span", { class: "time" }, `${call.region ? call.region + " · " : ""}${(call.duration * 1000).toFixed(1)} ms`),
    ];
    return foldable(`call ${number}`, "call", summary, () => [
      el("dl", { class: "facts" }, fact("Signed by", call.identity_id ? mono(call.identity_id) : call.access_key ? mono(call.access_key) : "nobody"), fact("Call", `number ${number}`)),
      el("h3", null, "Parameters"), el("pre", { tabindex: "0" }, JSON.stringify(call.parameters, null, 2)),
      el("h3", null, "Response"), el("pre", { tabindex: "0" }, JSON.stringify(call.response, null, 2)),
    ]);
  }

  function showCalls() {
    const words = $("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const onlyErrors = $("only-errors").checked;
    const first = total - calls.length;
    const found = calls.map((call, index) => [call, first + index + 1]).filter(([call]) => {
      if (onlyErrors && !call.error) return false;
      if (!words.length) return true;
      const text = JSON.stringify([call.service, call.operation, call.error, call.message, call.region, call.identity_id, call.access_key, call.parameters]).toLowerCase();
      return words.every((word) => text.includes(word));
    }).reverse();
    show("calls-list", [found, words.length > 0 || onlyErrors, dropped], () => {
      if (!found.length) return el("div", { class: "empty" }, el("strong", null, calls.length ? "No call matches the filter" : "No calls yet"), calls.length ? "Clear the filter to see them all." : "Every request of every service appears here as it comes.");
      const older = first > 0 && el("p", { class: "empty" }, `${first} older ${first === 1 ? "call is" : "calls are"} not shown${dropped ? `; the server has dropped ${dropped} of them` : ""}.`);
      return [...found.map(([call, number]) => callView(call, number)), older || ""];
    });
    $("calls-news").textContent = words.length || onlyErrors ? `${found.length} calls match` : "";
  }

  // ------------------------------------------------------------------------------------ faults

  function faultView(fault) {
    const what = fault.error || (fault.status ? `HTTP ${fault.status}` : "");
    const parts = [what, fault.delay ? `${fault.delay} s delay` : ""].filter(Boolean).join(", ");
    const spent = fault.times !== null && fault.used >= fault.times;
    return el("div", { class: "fault" },
      el("span", { class: "what grow" }, el("span", { class: "soft" }, `${fault.service} `), `${fault.operation} → ${parts}`,
        fault.when && el("div", { class: "soft mono" }, `when ${typeof fault.when === "string" ? fault.when : JSON.stringify(fault.when)}`)),
      fault.after && badge("after"),
      badge(`${fault.used} of ${fault.times === null ? "all" : fault.times}`, spent ? "" : "warn"),
      el("button", { type: "button", class: "plain", "data-key": `remove ${fault.id}`, "aria-label": `Remove the fault on ${fault.service} ${fault.operation}`, onclick: () => tried(() => ask("DELETE", `/faults/${encodeURIComponent(fault.id)}`)) }, "Remove"));
  }

  $("fault").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const problem = $("fault-problem");
    const text = (name) => String(form.get(name) || "").trim();
    const fault = { service: text("service"), operation: text("operation"), times: text("times") ? Number(text("times")) : null };
    if (text("error")) fault.error = text("error");
    if (text("delay")) fault.delay = Number(text("delay"));
    if (text("status")) fault.status = Number(text("status"));
    if (form.get("after")) fault.after = true;
    problem.hidden = true;
    try {
      if (text("when")) fault.when = JSON.parse(text("when"));
    } catch (error) {
      problem.textContent = `The parameters are not JSON: ${error.message}`;
      problem.hidden = false;
      return;
    }
    try {
      await ask("POST", "/faults", fault);
      toast(`Coming ${fault.operation} calls of ${fault.service} are affected.`);
      await poll();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  });

  // ----------------------------------------------------------------------------------- polling

  function setConnected(now) {
    if (connected === now) return;
    connected = now;
    $("lost").hidden = now;
    showLive();
  }
  function showLive() {
    const live = $("live");
    live.textContent = connected === null ? "connecting" : !connected ? "no answer" : paused ? "calls paused" : "live";
    live.className = `pill ${connected === false ? "off" : paused ? "paused" : ""}`;
  }

  async function readDetails(pools) {
    const known = new Set(pools.map((pool) => pool.id));
    for (const key of [...details.keys()]) if (!open.has(key)) details.delete(key);
    for (const key of open) {
      const [kind, poolId, identityId] = key.split(" ");
      if ((kind !== "pool" && !(kind === "identity" && key.split(" ").length === 3)) || !known.has(poolId)) continue;
      const path = `/identity-pools/${encodeURIComponent(poolId)}` + (kind === "identity" ? `/identities/${encodeURIComponent(identityId)}` : "");
      try { details.set(key, await ask("GET", path)); } catch { details.delete(key); }
    }
  }

  async function poll() {
    if (polling) { again = true; return; }
    polling = true;
    try {
      const health = await ask("GET", "/health");
      $("versions").textContent = `${health.version} on moto ${health.moto}`;
      const pools = (await ask("GET", "/identity-pools")).identity_pools;
      await readDetails(pools);
      $("pools-count").textContent = String(pools.length);
      show("pools-list", [pools, [...details]], () => pools.length ? pools.map(poolView) : noPools());
      const faults = (await ask("GET", "/faults")).faults;
      $("faults-count").textContent = String(faults.length);
      $("faults-clear").hidden = faults.length === 0;
      show("faults-list", faults, () => faults.map(faultView));
      if (!paused && (health.calls.kept + health.calls.dropped !== total || calls.some(isOpen))) {
        const read = await ask("GET", `/calls?limit=${SHOWN}`);
        calls = read.calls;
        dropped = read.dropped;
        total = read.total;
        $("calls-count").textContent = String(total);
        showCalls();
      }
      setConnected(true);
    } catch {
      setConnected(false);
    }
    polling = false;
    if (again) { again = false; await poll(); }
  }
  let again = false;

  async function forever() {
    await poll();
    setTimeout(forever, document.hidden ? 10 * EVERY : EVERY);
  }

  // ----------------------------------------------------------------------------------- buttons

  $("filter").addEventListener("input", showCalls);
  $("only-errors").addEventListener("change", showCalls);
  $("pause").addEventListener("click", () => {
    paused = !paused;
    $("pause").textContent = paused ? "Go on" : "Pause";
    $("pause").setAttribute("aria-pressed", String(paused));
    showLive();
    if (!paused) poll();
  });
  $("calls-clear").addEventListener("click", () => tried(() => ask("DELETE", "/calls")));
  $("faults-clear").addEventListener("click", () => tried(() => ask("DELETE", "/faults"), "All faults are removed."));
  $("save").addEventListener("click", async () => {
    await tried(async () => toast(`Saved to ${(await ask("POST", "/state/save")).file}.`));
  });
  $("download").addEventListener("click", () => tried(async () => {
    const state = await ask("GET", "/state");
    const link = el("a", { href: URL.createObjectURL(new Blob([JSON.stringify(state, null, 1)], { type: "application/json" })), download: "cogsync-state.json" });
    link.click();
    URL.revokeObjectURL(link.href);
  }));
  $("load").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", () => {
    const [file] = $("file").files;
    if (file) tried(async () => ask("PUT", "/state", await file.text()), `${file.name} is loaded.`);
    $("file").value = "";
  });
  $("reset").addEventListener("click", () => $("sure").showModal());
  $("sure-no").addEventListener("click", () => $("sure").close());
  $("sure-yes").addEventListener("click", () => { $("sure").close(); tried(() => ask("POST", "/reset"), "Everything is reset."); });
  $("theme").addEventListener("click", () => {
    const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("theme", document.documentElement.dataset.theme); } catch { /* not kept */ }
  });
  try {
    const kept = localStorage.getItem("theme");
    if (kept === "dark" || kept === "light") document.documentElement.dataset.theme = kept;
  } catch { /* not kept */ }
  forever();
})();
