"use strict";
(() => {
  // All that is added here goes through text nodes and attributes: no name and no reason can become markup.
  function make(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }
  function draw(name, attributes) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }
  const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const sum = (...terms) => [0, 1, 2].map(n => terms.reduce((all, [factor, v]) => all + factor * v[n], 0));
  const difference = (a, b) => sum([1, a], [-1, b]);
  const unit = v => sum([1 / Math.hypot(...v), v]);
  const rounded = value => Math.round(value * 100) / 100;
  const degrees = 180 / Math.PI;

  // The server.
  let state = null, isBusy = false;
  async function ask(what, order) {
    const request = order ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(order) } : {};
    let answer;
    try { answer = await fetch(what, request); } catch (error) {
      throw { code: "gone", message: "lamina does not answer: the review has ended. What this page shows may be out of date. Nothing that was not applied is saved." };
    }
    const made = await answer.json().catch(() => ({ code: "bad_answer", message: `an answer that is none (${answer.status})` }));
    if (!answer.ok) throw made;
    return made;
  }

  // The line at the top.
  const bar = make("div", { id: "review-bar", className: "noprint" });
  const message = make("div", { id: "review-message" });
  message.setAttribute("role", "status");
  function say(text, isBad = false) { message.textContent = text; message.className = isBad ? "bad" : ""; resized(); }
  function resized() { document.documentElement.style.setProperty("--bar-height", `${bar.offsetHeight}px`); }

  function showState() {
    const { applied, undone, approval } = state;
    const undo = make("button", { type: "button", id: "undo", disabled: !applied.length, onclick: () => step("undo") }, "Undo");
    const redo = make("button", { type: "button", id: "redo", disabled: !undone.length, onclick: () => step("redo") }, "Redo");
    if (applied.length) undo.title = `Undo: ${applied.at(-1)}`;
    if (undone.length) redo.title = `Do again: ${undone.at(-1)}`;
    const said = make("span", { id: "approval-now", className: approval.state === "void" ? "void" : "" }, state.approval_text);
    const count = make("span", { id: "applied" }, `Changes applied since start: ${applied.length}` + (applied.length ? ` (last: ${applied.at(-1)})` : ""));
    bar.replaceChildren(make("strong", { className: "what" }, "REVIEW"), count, undo, redo, said, make("span", {}, "Left and right are the patient's."), message);
    if (state.notice) say(state.notice, true);
    resized();
  }

  // Every change is followed by the page as it then stands on disk, so that nothing older stays in sight.
  async function change(what, order, card) {
    if (isBusy) return;
    isBusy = true;
    say("Writing the case \u2026");
    for (const button of document.querySelectorAll("#review-bar button, .review button, .review input, .review select")) button.disabled = true;
    try {
      await ask(what, order);
      if (card) history.replaceState(null, "", `#${card.id}`);
      location.reload();
    } catch (failure) {
      // An answer that was lost says nothing of what was written.
      if (["gone", "bad_answer"].includes(failure.code)) {
        say("NOT KNOWN whether this was written: lamina did not answer. Do not rely on this page: start 'lamina review' anew, or look into the case.", true);
        return;
      }
      isBusy = false;
      showState();
      say(`NOT DONE, nothing was changed: ${failure.message} (${failure.code})`, true);
      for (const bench of benches) bench.enable();
    }
  }
  const step = what => change(what, { plan_sha256: state.plan_sha256 });

  // How a screw is to differ from the one to begin with, which is the plan's where there is one.
  const unchanged = () => ({ offset: [0, 0, 0], transverse: null, sagittal: null, diameter: null, length: null });
  const isUnchanged = c => c.offset.every(v => v === 0) && [c.transverse, c.sagittal, c.diameter, c.length].every(v => v === null);

  // The screw to begin with, in patient coordinates (LPS, mm), and the vertebra's axes.
  class Start {
    constructor(screw, side) {
      const m = screw.patient_from_vertebra;
      this.axes = [[m[0], m[4], m[8]], [m[1], m[5], m[9]], [m[2], m[6], m[10]]];  // left, back, head
      this.side = side === "left" ? 1 : -1;
      [this.entry, this.way] = [screw.entry_lps_mm, unit(difference(screw.tip_lps_mm, screw.entry_lps_mm))];
      [this.transverse, this.sagittal] = [screw.angles_deg.transverse, screw.angles_deg.sagittal];
      [this.diameter, this.length] = [screw.diameter_mm, screw.length_mm];
    }
    inVertebra(v) { return this.axes.map(axis => dot(v, axis)); }
    inPatient(v) { return sum(...v.map((value, n) => [value, this.axes[n]])); }
    // As angles_deg of plan.json: towards the midline, towards the head.
    angles(way) {
      const [left, back, head] = this.inVertebra(way);
      return back < -0.1 ? { transverse: Math.atan2(-this.side * left, -back) * degrees, sagittal: Math.atan2(head, -back) * degrees } : null;
    }
    shaft(change) {
      const entry = sum([1, this.entry], [1, this.inPatient(change.offset)]);
      let way = this.way;
      if (change.transverse !== null || change.sagittal !== null) {
        const [t, s] = [change.transverse ?? this.transverse, change.sagittal ?? this.sagittal];
        way = unit(this.inPatient([-this.side * Math.tan(t / degrees), -1, Math.tan(s / degrees)]));
      }
      return { entry, tip: sum([1, entry], [change.length ?? this.length, way]), radius: (change.diameter ?? this.diameter) / 2 };
    }
  }

  // One reformat with its handles. A pixel's centre is a whole number in the server's geometry and half a pixel further in the drawing's.
  class Stage {
    constructor(isDraggable) {
      this.image = make("img", { draggable: false });
      this.box = make("div", { className: "stage" }, this.image);
      this.caption = make("figcaption");
      this.figure = make("figure", {}, this.box, this.caption);
      if (!isDraggable) return;
      this.drawing = draw("svg", {});
      this.moving = draw("polygon", { class: "moving" });
      this.drawing.append(this.moving);
      this.handles = {};
      for (const name of ["entry", "tip"]) {
        const handle = draw("circle", { class: `handle ${name}-handle`, r: 13 }), ring = draw("circle", { class: "ring", r: 13 }), text = draw("text", { class: "handle-name" });
        text.textContent = name;
        this.handles[name] = { handle, ring, text };
        this.drawing.append(handle, ring, text);
      }
      this.box.append(this.drawing);
    }
    show(picture) {
      this.picture = picture;
      this.image.src = `data:image/png;base64,${picture.png}`;
      [this.image.width, this.image.height] = picture.size;
      this.image.alt = `TRIAL, NOT SAVED: ${picture.title}, ${picture.caption}`;
      this.caption.replaceChildren(make("strong", {}, `TRIAL, NOT SAVED. ${picture.title}`), `: ${picture.caption}.`);
      if (this.drawing) this.drawing.setAttribute("viewBox", `0 0 ${picture.size[0]} ${picture.size[1]}`);
    }
    place(point) {
      const { centre_lps_mm, right_lps, down_lps, size, pixel_mm } = this.picture, d = difference(point, centre_lps_mm);
      return [dot(d, right_lps) / pixel_mm + size[0] / 2, dot(d, down_lps) / pixel_mm + size[1] / 2];
    }
    // Millimetres in the patient for a way of the mouse on the screen.
    way(dx, dy) {
      const scale = this.picture.pixel_mm * this.picture.size[0] / this.box.getBoundingClientRect().width;
      return sum([dx * scale, this.picture.right_lps], [dy * scale, this.picture.down_lps]);
    }
    showShaft(shaft, isAhead) {
      if (!this.drawing || !this.picture) return;
      const [entry, tip] = [this.place(shaft.entry), this.place(shaft.tip)];
      for (const [name, at, below] of [["entry", entry, 6], ["tip", tip, 6]]) {
        const { handle, ring, text } = this.handles[name];
        for (const circle of [handle, ring]) { circle.setAttribute("cx", at[0]); circle.setAttribute("cy", at[1]); }
        text.setAttribute("x", at[0] + 18); text.setAttribute("y", at[1] + below);
      }
      const [dx, dy] = [tip[0] - entry[0], tip[1] - entry[1]], length = Math.hypot(dx, dy) || 1, half = shaft.radius / this.picture.pixel_mm;
      const [ax, ay] = [-dy / length * half, dx / length * half];
      this.moving.setAttribute("points", [[entry, 1], [tip, 1], [tip, -1], [entry, -1]].map(([p, s]) => `${p[0] + s * ax},${p[1] + s * ay}`).join(" "));
      // The picture shows what was measured; ahead of it only this outline shows where the screw would go.
      this.moving.setAttribute("visibility", isAhead ? "visible" : "hidden");
    }
  }

  // What was measured, of the plan's screw and of the one that is tried.
  const signless = (value, digits) => Math.abs(value) < 0.5 * 10 ** -digits && value !== 0 ? value.toFixed(3) : value.toFixed(digits);
  const angle = (value, words) => `${Math.abs(value).toFixed(1)}\u00B0 ${words[value < 0 ? 1 : 0]}`;
  const ROWS = [
    ["Screw, mm", "size", s => `${s.diameter_mm} \u00D7 ${s.length_mm}`], ["Grade", "grade", s => s.grade], ["Grade if the bone were one voxel smaller", "smaller", s => s.grade_if_bone_is_one_voxel_smaller],
    ...["medial", "lateral", "superior", "inferior", "anterior", "canal"].map(name => [`Margin ${name}, mm`, name, s => signless(s.margins_mm[name], 2), s => s.margins_mm[name] < 0]),
    ["Angle to the midline", "transverse", s => angle(s.angles_deg.transverse, ["medial", "lateral"])],
    ["Angle to the axial plane", "sagittal", s => angle(s.angles_deg.sagittal, ["cranial", "caudal"])],
    ["Depth of the tip in the body", "depth", s => `${(100 * s.depth_fraction).toFixed(0)} %`], ["Mean HU along the path", "hu", s => s.hu ? s.hu.mean.toFixed(0) : "not measured"],
    ["Entry: left, back, head (CT), mm", "entry", s => s.entry_lps_mm.map(v => v.toFixed(1)).join(", ")], ["Tip: left, back, head (CT), mm", "tip", s => s.tip_lps_mm.map(v => v.toFixed(1)).join(", ")]];
  function comparison(plan, trial) {
    const table = make("table", { className: "compare" }, make("thead", {}, make("tr", {}, make("th", {}, ""), make("th", {}, "PLAN (saved)"), make("th", {}, "TRIAL (not saved)"))));
    const cell = (screw, row, name) => {
      const isBreach = screw && row[3] && row[3](screw);
      const made = make("td", { className: name + (isBreach ? " breach" : "") }, screw ? row[2](screw) + (isBreach ? " BREACH" : "") : name === "now" ? "not measured" : "no screw");
      made.dataset.figure = row[1];
      return made;
    };
    table.append(make("tbody", {}, ...ROWS.map(row => make("tr", {}, make("th", {}, row[0]), cell(plan && plan.entry_lps_mm ? plan : null, row, "then"), cell(trial, row, "now")))));
    return table;
  }
  function list(name, before, findings) {
    return make("ul", { className: name }, ...findings.map(finding => make("li", {}, make("strong", {}, before), finding.message, " ", make("code", {}, finding.code))));
  }

  // The place where one pedicle's screw is tried.
  class Bench {
    constructor(card, pedicle) {
      [this.card, this.pedicle] = [card, pedicle];
      this.name = `${pedicle.level} ${pedicle.side}`;
      this.box = make("section", { className: "review noprint" });
      this.box.dataset.review = `${pedicle.level}:${pedicle.side}`;
      const pictures = card.querySelector(".pictures");
      if (pictures) pictures.after(this.box); else card.querySelector(".links").before(this.box);
      this.close();
    }

    close() {
      clearTimeout(this.timer);
      [this.trial, this.start, this.asked] = [null, null, (this.asked || 0) + 1];
      const { closure, has_screw } = this.pedicle;
      if (closure) { this.box.replaceChildren(make("p", { className: "absent" }, `No screw can be placed here: ${closure}`)); return; }
      const offer = make("button", { type: "button", className: "offer", onclick: () => this.open() }, has_screw ? `Change ${this.name} \u2026` : `Add a screw at ${this.name} \u2026`);
      this.box.replaceChildren(offer);
      if (has_screw) this.box.append(make("button", { type: "button", className: "remove", onclick: () => this.remove() }, `Remove ${this.name} \u2026`));
    }

    open() {
      this.change = unchanged();
      this.state = make("p", { className: "state" });
      this.state.setAttribute("role", "status");
      this.stages = [new Stage(true), new Stage(true), new Stage(false)];
      this.figures = make("div", { className: "figures" });
      this.reason = make("input", { type: "text", maxLength: 1000, oninput: () => this.enable() });
      this.reasonBox = make("label", { className: "reason", hidden: true }, "Why it stands although it breaks a rule (kept with the screw): ", this.reason);
      this.applyButton = make("button", { type: "button", className: "apply", onclick: () => this.apply() }, `Apply: write ${this.name} into the plan` + (state.approval.state === "approved" ? ", WHICH VOIDS ITS APPROVAL" : ""));
      this.controls = make("div", {});
      this.panel = make("div", { className: "trial" },
        make("h4", {}, `TRIAL of ${this.name} (the patient's ${this.pedicle.side}). NOT SAVED until you apply it. What is saved stands above.`),
        this.state, make("div", { className: "pictures" }, ...this.stages.map(stage => stage.figure)),
        make("p", { className: "reading" }, "Drag ", make("strong", {}, "entry"), " to move the whole screw, ", make("strong", {}, "tip"), " to turn it about its entry. Green: the trial. Orange, dashed: the plan's screw. Letters as above: L is the patient's left."),
        make("div", { className: "desk" }, this.controls, this.figures),
        make("div", { className: "acts" }, this.reasonBox, this.applyButton,
          make("button", { type: "button", className: "reset", onclick: () => this.reset() }, "Reset"), make("button", { type: "button", onclick: () => this.close() }, "Close without saving")));
      this.box.replaceChildren(this.panel);
      for (const stage of this.stages.slice(0, 2)) for (const name of ["entry", "tip"]) this.listen(stage, name);
      this.measure(0);
    }

    order(action, change, reason) {
      return { plan_sha256: state.plan_sha256, level: this.pedicle.level, side: this.pedicle.side, action, entry_offset_mm: change.offset,
        transverse_deg: change.transverse, sagittal_deg: change.sagittal, diameter_mm: change.diameter, length_mm: change.length, accept_risk: reason };
    }
    get action() { return this.pedicle.has_screw ? "place" : "add"; }

    // Until the answer is here nothing counts as measured.
    measure(delay) {
      clearTimeout(this.timer);
      const asked = this.asked = this.asked + 1;
      this.isWaiting = true;
      this.show();
      this.timer = setTimeout(async () => {
        const change = structuredClone(this.change);
        try {
          const { measured, refused } = await ask("trial", this.order(this.action, change, null));
          if (asked !== this.asked) return;
          [this.trial, this.failure, this.tried] = [measured ?? null, refused ?? null, change];
          if (measured && !this.start) { this.start = new Start(measured.screw, this.pedicle.side); this.offerControls(); }
        } catch (failure) {
          if (asked !== this.asked) return;
          [this.trial, this.failure] = [null, failure];
        }
        this.isWaiting = false;
        this.show();
      }, delay);
    }

    show() {
      this.panel.classList.toggle("waiting", this.isWaiting);
      this.panel.classList.toggle("unmeasured", !this.isWaiting && !this.trial);
      const isAhead = this.isWaiting || !this.trial;
      if (this.trial && !this.isWaiting) this.showTrial();
      if (this.failure && !this.isWaiting) this.figures.replaceChildren(...(this.plan ? [comparison(this.plan, null)] : []));
      if (this.start) for (const stage of this.stages) stage.showShaft(this.start.shaft(this.change), isAhead);
      this.state.className = !this.isWaiting && (!this.trial || this.trial.broken.length) ? "state bad" : "state";
      this.state.textContent = this.isWaiting ? "Measuring \u2026" : this.failure ? `NOT MEASURED, cannot be applied: ${this.failure.message}`
        : this.isUntouched ? "Nothing changed yet: the trial stands where the plan's screw does."
        : this.trial.broken.length ? "This trial BREAKS A RULE." : "This trial breaks no rule.";
      if (this.start) this.showNumbers();
      this.enable();
    }
    get isUntouched() { return this.pedicle.has_screw && isUnchanged(this.change); }

    showTrial() {
      const { screw, plan, broken, worse, pictures } = this.trial;
      this.plan = plan;
      for (const [n, stage] of this.stages.entries()) if (pictures[n]) stage.show(pictures[n]);
      this.figures.replaceChildren(list("broken", "BREAKS A RULE: ", broken), comparison(plan, screw), list("worse", "Worse than lamina's own screw: ", worse),
        list("findings warnings", "", screw.warnings));
      this.reasonBox.hidden = !broken.length;
    }

    enable() {
      if (!this.panel || !this.box.contains(this.panel)) { for (const button of this.box.querySelectorAll("button")) button.disabled = isBusy; return; }
      for (const control of this.panel.querySelectorAll("button, input, select")) control.disabled = isBusy;
      const isNamed = this.trial && (!this.trial.broken.length || this.reason.value.trim() !== "");
      this.applyButton.disabled = isBusy || this.isWaiting || !this.trial || this.isUntouched || !isNamed;
    }

    reset() { this.change = unchanged(); this.reason.value = ""; this.measure(0); }
    apply() {
      const reason = this.trial.broken.length ? this.reason.value.trim() : null;
      change("apply", this.order(this.action, this.tried, reason), this.card);
    }
    remove() {
      if (!window.confirm(`Take the screw ${this.name} (the patient's ${this.pedicle.side}) out of the plan?`)) return;
      change("apply", this.order("remove", unchanged(), null), this.card);
    }

    // The mouse.
    listen(stage, name) {
      const { handle } = stage.handles[name];
      handle.addEventListener("pointerdown", event => {
        if (event.button !== 0 || !this.start || isBusy) return;
        event.preventDefault();
        handle.setPointerCapture(event.pointerId);
        stage.drawing.classList.add("held");
        const from = { x: event.clientX, y: event.clientY, change: structuredClone(this.change), shaft: this.start.shaft(this.change) };
        // The picture may be drawn anew while the mouse goes; its pixels mean what they did when it was taken.
        const way = stage.way.bind({ picture: stage.picture, box: stage.box });
        const moved = event => this.drag(name, from, way(event.clientX - from.x, event.clientY - from.y));
        const ended = () => {
          stage.drawing.classList.remove("held");
          handle.removeEventListener("pointermove", moved);
          this.measure(0);
        };
        handle.addEventListener("pointermove", moved);
        handle.addEventListener("lostpointercapture", ended, { once: true });
      });
    }
    drag(name, from, way) {
      if (name === "entry") {
        this.change.offset = this.start.inVertebra(way).map((value, n) => rounded(from.change.offset[n] + value));
      } else {
        const angles = this.start.angles(difference(sum([1, from.shaft.tip], [1, way]), from.shaft.entry));
        if (!angles || Math.abs(angles.transverse) > 60 || Math.abs(angles.sagittal) > 60) return;
        [this.change.transverse, this.change.sagittal] = [rounded(angles.transverse), rounded(angles.sagittal)];
      }
      this.measure(150);
    }

    // The keys.
    offerControls() {
      const entry = (n, label, less, more) => this.stepper(`offset${n}`, label, less, more, way => { this.change.offset[n] = rounded(this.change.offset[n] + 0.5 * way); });
      const turn = (name, label, less, more) => this.stepper(name, label, less, more, way => {
        const turned = rounded((this.change[name] ?? this.start[name]) + way);
        if (Math.abs(turned) <= 60) this.change[name] = turned;
      });
      const choice = (name, label) => make("tr", {}, make("th", {}, label), make("td", { colSpan: 3 }, this[`${name}Choice`] = make("select", { ariaLabel: label, onchange: event => this.choose(name, Number(event.target.value)) })));
      this.controls.replaceChildren(make("table", { className: "steppers" }, make("caption", {}, "Entry by 0.5 mm, angles by 1\u00B0"), make("tbody", {},
        entry(0, "Entry", "to patient's RIGHT", "to patient's LEFT"), entry(1, "Entry", "to the front", "to the back"), entry(2, "Entry", "to the feet", "to the head"),
        turn("transverse", "Tip", "away from midline", "towards midline"), turn("sagittal", "Tip", "to the feet", "to the head"),
        choice("diameter", "Diameter, mm"), choice("length", "Length, mm"))));
    }
    stepper(name, label, less, more, act) {
      const button = (text, way) => make("button", { type: "button", ariaLabel: `${label} ${text}`, onclick: () => { act(way); this.measure(150); } }, text);
      const buttons = [button(less, -1), button(more, 1)];
      buttons.forEach((one, n) => { one.dataset.step = `${name}${n ? "+" : "-"}`; });
      const output = make("output");
      output.dataset.shown = name;
      return make("tr", {}, make("th", {}, label), make("td", {}, buttons[0]), make("td", {}, output), make("td", {}, buttons[1]));
    }
    choose(name, value) {
      this.change[name] = value === this.start[name] ? null : value;
      if (name === "diameter") {
        // Not every length is made in every diameter.
        const made = state.screws.find(screw => screw.diameter_mm === value).lengths_mm, length = this.change.length ?? this.start.length;
        if (!made.includes(length)) this.change.length = made.reduce((best, one) => Math.abs(one - length) < Math.abs(best - length) ? one : best);
      }
      this.measure(150);
    }
    showNumbers() {
      const words = [["right", "left"], ["front", "back"], ["feet", "head"]];
      for (const [n, value] of this.change.offset.entries()) this.shown(`offset${n}`, value === 0 ? "0 mm" : `${Math.abs(value)} mm ${words[n][value > 0 ? 1 : 0]}`);
      this.shown("transverse", angle(this.change.transverse ?? this.start.transverse, ["medial", "lateral"]));
      this.shown("sagittal", angle(this.change.sagittal ?? this.start.sagittal, ["cranial", "caudal"]));
      const diameter = this.change.diameter ?? this.start.diameter, made = state.screws.find(screw => screw.diameter_mm === diameter);
      this.options(this.diameterChoice, state.screws.map(screw => screw.diameter_mm), diameter);
      this.options(this.lengthChoice, made ? made.lengths_mm : [], this.change.length ?? this.start.length);
    }
    shown(name, text) { this.controls.querySelector(`[data-shown=${name}]`).textContent = text; }
    options(select, values, chosen) {
      select.replaceChildren(...values.map(value => make("option", { value, selected: value === chosen }, `${value}`)));
    }
  }

  const benches = [];
  document.body.prepend(bar);
  bar.append(make("strong", { className: "what" }, "REVIEW"), message);
  window.addEventListener("resize", resized);
  ask("state").then(found => {
    state = found;
    showState();
    for (const [n, pedicle] of state.pedicles.entries()) {
      const card = document.getElementById(`screw-${n}`);
      // A card of another pedicle must never be taken for this one's.
      if (!card || card.dataset.level !== pedicle.level || card.dataset.side !== pedicle.side || document.getElementById("plan-hash").textContent !== state.plan_sha256) {
        say("This page does not show the plan that is reviewed: reload it.", true);
        return;
      }
      benches.push(new Bench(card, pedicle));
    }
    if (location.hash.startsWith("#screw-")) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, failure => say(failure.message, true));
})();
