// Every page works without this file. It focuses, reveals, guards double clicks, and warns before the time-out.
"use strict";

function focusFirst() {
  const summary = document.getElementById("error-summary") || document.getElementById("done");
  if (summary) summary.focus();
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

focusFirst();
revealChosen();
sendOnce();
const timeOut = document.getElementById("time-out");
if (timeOut) new TimeOut(timeOut);
