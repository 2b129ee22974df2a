// Every page works without this file. It focuses, reveals, guards double clicks, and warns before the time-out.
"use strict";

// What is wrong, else after an act the row that was acted on, else what the page is about.
function focusFirst() {
  const summary = document.getElementById("error-summary");
  if (summary) return summary.focus();
  if (!document.getElementById("done")) return;
  const acted = document.getElementById(location.hash.slice(1)) || document.querySelector("h1");
  acted.tabIndex = -1;
  acted.focus();
}

// data-shown-for="answer:supplied,partial": shown while one of these radios is chosen.
function revealChosen() {
  for (const part of document.querySelectorAll("[data-shown-for]")) {
    const [name, values] = part.dataset.shownFor.split(":");
    const show = () => {
      const chosen = part.closest("form").elements[name].value;
      part.hidden = !values.split(",").includes(chosen);
    };
    part.closest("form").addEventListener("change", show);
    show();
  }
}

// The server does a thing once however often it is sent; this only spares people the doubt.
function sendOnce() {
  for (const button of document.querySelectorAll("[data-once]")) {
    button.form.addEventListener("submit", (event) => {
      if (button.dataset.sent) event.preventDefault();
      button.dataset.sent = "yes";
    });
  }
  addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("[data-once]")) delete button.dataset.sent;
  });
}

// A page that nobody answers with would take the text with it, so we ask whether anybody answers, and what is too
// long stays where it is.
function keepTyped() {
  for (const text of document.querySelectorAll("form[method=post] textarea")) {
    text.form.addEventListener("submit", askFirst);
  }
}

async function askFirst(event) {
  const form = event.currentTarget;
  if (form.dataset.answered) {
    delete form.dataset.answered;
    return;
  }
  event.preventDefault();
  if (new URLSearchParams(new FormData(form)).toString().length > 1000000) return notSent("too-long");
  try {
    await fetch("/health/live", { cache: "no-store", signal: AbortSignal.timeout(5000) });
    form.dataset.answered = "yes";
    form.requestSubmit(event.submitter);
  } catch {
    notSent("away");
  }
}

function notSent(id) {
  for (const why of document.querySelectorAll("[data-not-sent]")) why.hidden = why.id !== id;
  document.getElementById(id).focus();
}

function sayWhenPrinted() {
  const said = { timeZone: "Europe/London", dateStyle: "full", timeStyle: "short", hour12: true };
  addEventListener("beforeprint", () => {
    const written = new Intl.DateTimeFormat("en-GB", said).format(Date.now()).replace(",", "");
    const hours = written.replace(/\s(?=[ap]m)/, "").replace(/\b0(?=\d:)/, "");
    const now = hours.replace("12:00pm", "midday").replace("12:00am", "midnight");
    document.getElementById("printed").textContent = ` Printed on ${now}.`;
  });
}

class TimeOut {
  constructor(dialog) {
    this.dialog = dialog;
    this.clock = document.getElementById("time-out-clock");
    this.spoken = document.getElementById("time-out-spoken");
    this.channel = new BroadcastChannel("frontdoor-session");
    this.endsAt = Date.now() + Number(dialog.dataset.secondsLeft) * 1000;
    this.channel.addEventListener("message", (event) => this.endAt(event.data));
    this.channel.postMessage(this.endsAt);
    document.getElementById("time-out-stay").addEventListener("click", () => this.stay());
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.stay(); });
    setInterval(() => this.look(), 1000);
  }

  endAt(moment) {
    this.endsAt = Math.max(this.endsAt, moment);
    if (this.secondsLeft() > 120 && this.dialog.open) this.dialog.close();
  }

  secondsLeft() {
    return Math.round((this.endsAt - Date.now()) / 1000);
  }

  async look() {
    const left = this.secondsLeft();
    if (left > 120) return;
    if (!this.dialog.open) {
      if (await this.ask("GET")) this.dialog.showModal();
      return;
    }
    if (left <= 0) {
      if (await this.ask("GET")) location.assign("/signed-out?timed-out");
      return;
    }
    this.clock.textContent = left > 60 ? "2 minutes" : `${left} seconds`;
    if (left % 15 === 0) this.spoken.textContent = `${left} seconds`;
  }

  // True when the server agrees that the time is as short as we think; it may have been lengthened elsewhere.
  async ask(method) {
    if (this.asking) return false;
    this.asking = true;
    try {
      const body = method === "POST" ? new URLSearchParams({ csrf: this.dialog.dataset.csrf }) : undefined;
      const answer = await fetch("/session", { method, body, redirect: "error" });
      const left = (await answer.json()).seconds_left;
      this.endsAt = Date.now() + left * 1000;
      this.channel.postMessage(this.endsAt);
    } catch {
      return this.secondsLeft() <= 0;
    } finally {
      this.asking = false;
    }
    return this.secondsLeft() <= 120;
  }

  async stay() {
    await this.ask("POST");
    if (this.secondsLeft() > 120) this.dialog.close();
  }
}

// Says at most once a minute that the queue changed; never reorders it, never moves the focus.
class Changes {
  constructor(place) {
    this.place = place;
    this.cases = new Set();
    this.saidAt = 0;
    this.feed = new EventSource(place.dataset.feed);
    this.feed.addEventListener("changed", (event) => this.note(JSON.parse(event.data).case_id));
    addEventListener("pagehide", () => this.feed.close());
  }

  note(caseId) {
    this.cases.add(caseId);
    const wait = Math.max(0, this.saidAt + 60000 - Date.now());
    if (!this.waiting) this.waiting = setTimeout(() => this.say(), wait);
  }

  say() {
    this.waiting = undefined;
    this.saidAt = Date.now();
    const words = `${this.cases.size} ${this.cases.size === 1 ? "case" : "cases"} changed`;
    document.getElementById("status").textContent = `${words}.`;
    const link = document.createElement("a");
    link.className = "govuk-link";
    link.href = this.place.dataset.refresh;
    link.textContent = `${words}: refresh`;
    this.place.replaceChildren(link);
    this.place.hidden = false;
  }
}

focusFirst();
revealChosen();
sendOnce();
keepTyped();
sayWhenPrinted();
const timeOut = document.getElementById("time-out");
if (timeOut) new TimeOut(timeOut);
const changes = document.getElementById("changes");
if (changes) new Changes(changes);
