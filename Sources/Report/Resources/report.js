"use strict";
(() => {
  const $ = id => document.getElementById(id);
  const cards = Array.from(document.querySelectorAll(".card"));
  const help = $("help");

  // Keys, but not where one types or turns the view in space.
  function step(way) {
    const at = cards.findIndex(card => card.contains(document.activeElement));
    const next = cards[at < 0 ? (way > 0 ? 0 : cards.length - 1) : Math.min(cards.length - 1, Math.max(0, at + way))];
    if (next) { next.focus({ preventScroll: true }); next.scrollIntoView({ block: "start" }); }
  }
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey || help.open) return;
    if (event.target.closest("input, select, textarea, #canvas")) { if (event.key !== "?") return; }
    const actions = { j: () => step(1), ArrowRight: () => step(1), k: () => step(-1), ArrowLeft: () => step(-1), "?": () => help.showModal(),
      t: () => $("screws").scrollIntoView(), 3: () => { $("three-d").scrollIntoView(); if ($("canvas")) $("canvas").focus({ preventScroll: true }); } };
    const action = actions[event.key];
    if (action) { action(); event.preventDefault(); }
  });
  $("help-button").onclick = () => help.showModal();

  const isolators = document.querySelectorAll("[data-isolate]");
  if (!$("canvas")) { for (const button of isolators) button.hidden = true; return; }

  let renderer;
  try {
    renderer = new THREE.WebGLRenderer({ antialias: true, preserveDrawingBuffer: true });
  } catch (error) {
    $("no-webgl").hidden = false;
    $("space").hidden = true;
    for (const button of isolators) button.hidden = true;
    return;
  }

  // The scene is the CT's own space, LPS mm, right-handed: nothing is mirrored.
  const data = JSON.parse($("scene").textContent);
  const COLOURS = { left: 0x35d0e8, right: 0xff5fd2, bone: 0xe9dfc7, unknown: 0xff3b30 };
  const LETTERS = { L: [1, 0, 0], R: [-1, 0, 0], P: [0, 1, 0], A: [0, -1, 0], H: [0, 0, 1], F: [0, 0, -1] };
  const LOOKS = {
    front: [[0, -1, 0], "Seen from the front: the patient's left is on the right."], back: [[0, 1, 0], "Seen from behind: the patient's left is on the left."],
    left: [[1, 0, 0], "Seen from the patient's left: the front is on the left."], right: [[-1, 0, 0], "Seen from the patient's right: the front is on the right."],
    head: [[0, 0.001, 1], "Seen from the head: the front is on top, the patient's left on the left."] };
  const host = $("canvas");
  const scene = new THREE.Scene(), camera = new THREE.PerspectiveCamera(30, 1, 1, 20000);
  scene.background = new THREE.Color(0x14181c);
  camera.up.set(0, 0, 1);
  const controls = new THREE.OrbitControls(camera, renderer.domElement);
  // The wheel and the arrows belong to the page.
  controls.enableZoom = controls.enableKeys = false;
  const lamp = new THREE.DirectionalLight(0xffffff, 0.7);
  camera.add(lamp);
  scene.add(camera, new THREE.HemisphereLight(0xffffff, 0x8090a0, 1.0));
  host.append(renderer.domElement);

  const bones = {}, screws = {}, names = {};
  for (const bone of data.bones) {
    const geometry = new THREE.BufferGeometry();
    const steps = new Uint16Array(bytes(bone.vertices)), places = new Float32Array(steps.length);
    for (let n = 0; n < steps.length; n++) places[n] = data.origin[n % 3] + data.step * steps[n];
    geometry.setAttribute("position", new THREE.BufferAttribute(places, 3));
    geometry.setIndex(new THREE.BufferAttribute(bone.wide ? new Uint32Array(bytes(bone.triangles)) : new Uint16Array(bytes(bone.triangles)), 1));
    geometry.computeVertexNormals();
    geometry.computeBoundingBox();
    const skin = new THREE.Mesh(geometry, new THREE.MeshStandardMaterial({ color: COLOURS.bone, roughness: 0.75, transparent: true, opacity: 0.45 }));
    // Depth first, so that only the nearest surface is blended over the screws, whatever the order of triangles.
    const depth = new THREE.Mesh(geometry, new THREE.MeshBasicMaterial({ colorWrite: false, transparent: true }));
    [depth.renderOrder, skin.renderOrder] = [1, 2];
    skin.add(depth);
    bones[bone.level] = skin;
    scene.add(bones[bone.level]);
  }
  for (const screw of data.screws) {
    const entry = new THREE.Vector3(...screw.entry), tip = new THREE.Vector3(...screw.tip), way = tip.clone().sub(entry), length = way.length();
    const known = screw.status === "planned" ? "" : `\n${screw.status.toUpperCase()}`, colour = ["planned", "adjusted"].includes(screw.status) ? COLOURS[screw.side] : COLOURS.unknown;
    const shaft = new THREE.Mesh(new THREE.CylinderGeometry(screw.radius, screw.radius, length, 24),
      new THREE.MeshStandardMaterial({ color: colour, roughness: 0.4, emissive: colour, emissiveIntensity: 0.35 }));
    shaft.position.copy(entry).addScaledVector(way, 0.5);
    shaft.quaternion.setFromUnitVectors(new THREE.Vector3(0, 1, 0), way.clone().normalize());
    add(screw, shaft, label(`${screw.level} ${screw.side}${known}`, known ? 12 : 7, entry.clone().addScaledVector(way, -12 / length)));
  }
  for (const refusal of data.refusals) add(refusal, null, label(`${refusal.level} ${refusal.side}\n${refusal.status.toUpperCase()}`, 12, new THREE.Vector3(...refusal.place), "#ffb3a7"));

  function add(what, shaft, name) {
    if (shaft) { screws[`${what.level} ${what.side}`] = shaft; scene.add(shaft); }
    (names[what.level] = names[what.level] || []).push(...[shaft, name].filter(Boolean));
    scene.add(name);
  }

  function bytes(text) {
    const raw = atob(text), made = new Uint8Array(raw.length);
    for (let n = 0; n < raw.length; n++) made[n] = raw.charCodeAt(n);
    return made.buffer;
  }

  function label(text, size, place, colour = "#ffffff") {
    const picture = document.createElement("canvas"), pen = picture.getContext("2d"), lines = text.split("\n");
    const font = "bold 48px sans-serif";
    pen.font = font;
    picture.width = Math.ceil(Math.max(...lines.map(line => pen.measureText(line).width))) + 16; picture.height = 56 * lines.length + 8;
    pen.font = font; pen.fillStyle = colour; pen.textAlign = "center"; pen.textBaseline = "middle";
    pen.strokeStyle = "#000000"; pen.lineWidth = 8;
    for (const [n, line] of lines.entries()) { pen.strokeText(line, picture.width / 2, 32 + 56 * n); pen.fillText(line, picture.width / 2, 32 + 56 * n); }
    const texture = new THREE.CanvasTexture(picture);
    texture.minFilter = THREE.LinearFilter;
    const sprite = new THREE.Sprite(new THREE.SpriteMaterial({ map: texture, depthTest: false }));
    sprite.scale.set(size * picture.width / picture.height, size, 1);
    sprite.position.copy(place);
    sprite.renderOrder = 3;
    return sprite;
  }

  const letters = {};
  for (const letter of Object.keys(LETTERS)) { letters[letter] = label(letter, 16, new THREE.Vector3()); scene.add(letters[letter]); }

  let middle = new THREE.Vector3(), half = new THREE.Vector3(50, 50, 50);
  function isShown(level) { const box = document.querySelector(`[data-show="${level}"]`); return !box || box.checked; }

  function update() {
    const box = new THREE.Box3();
    for (const [level, bone] of Object.entries(bones)) {
      bone.visible = isShown(level);
      if (bone.visible) box.union(bone.geometry.boundingBox);
    }
    for (const [level, things] of Object.entries(names)) for (const thing of things) thing.visible = isShown(level);
    if (!box.isEmpty()) { box.getCenter(middle); box.getSize(half).multiplyScalar(0.5); }
    for (const [letter, place] of Object.entries(LETTERS)) letters[letter].position.set(...place).multiply(half.clone().addScalar(18)).add(middle);
    draw();
  }

  function look(name) {
    const [from, words] = LOOKS[name];
    // So far that all of it and its letters are in view.
    const reach = Math.max(half.z, half.x / Math.max(camera.aspect, 0.1), half.y) + 26;
    camera.position.set(...from).multiplyScalar(reach / Math.tan(camera.fov * Math.PI / 360) + half.y).add(middle);
    controls.target.copy(middle);
    controls.update();
    $("look").textContent = words;
    draw();
  }

  function draw() {
    // A letter that points at the reader or away says nothing and hides the bone.
    const gaze = camera.getWorldDirection(new THREE.Vector3());
    for (const [letter, place] of Object.entries(LETTERS)) letters[letter].visible = Math.abs(new THREE.Vector3(...place).dot(gaze)) < 0.8;
    renderer.render(scene, camera);
  }

  function resize() {
    const [width, height] = [host.clientWidth, host.clientHeight];
    if (!width || !height) return;
    renderer.setPixelRatio(Math.min(window.devicePixelRatio, 2));
    renderer.setSize(width, height);
    camera.aspect = width / height;
    camera.updateProjectionMatrix();
    draw();
  }

  function turn(across, up) {
    const way = camera.position.clone().sub(controls.target), place = new THREE.Spherical().setFromVector3(new THREE.Vector3(way.x, way.z, -way.y));
    place.theta += across; place.phi = Math.min(Math.PI - 0.01, Math.max(0.01, place.phi + up));
    const turned = new THREE.Vector3().setFromSpherical(place);
    camera.position.set(turned.x, -turned.z, turned.y).add(controls.target);
    moved();
  }
  function zoom(factor) { camera.position.sub(controls.target).multiplyScalar(factor).add(controls.target); moved(); }
  function moved() { controls.update(); $("look").textContent = "Turned by hand: mind the letters."; draw(); }
  host.addEventListener("keydown", event => {
    const actions = { ArrowLeft: () => turn(-0.15, 0), ArrowRight: () => turn(0.15, 0), ArrowUp: () => turn(0, -0.15), ArrowDown: () => turn(0, 0.15),
      "+": () => zoom(0.85), "=": () => zoom(0.85), "-": () => zoom(1.18) };
    const action = actions[event.key];
    if (action) { action(); event.preventDefault(); }
  });
  $("nearer").onclick = () => zoom(0.85);
  $("farther").onclick = () => zoom(1.18);
  controls.addEventListener("start", () => { $("look").textContent = "Turned by hand: mind the letters."; });
  controls.addEventListener("change", draw);
  for (const button of document.querySelectorAll("[data-look]")) button.onclick = () => look(button.dataset.look);
  for (const box of document.querySelectorAll("[data-show]")) box.onchange = update;
  $("all").onclick = () => { for (const box of document.querySelectorAll("[data-show]")) box.checked = true; update(); look("front"); };
  $("opacity").oninput = event => { for (const bone of Object.values(bones)) bone.material.opacity = event.target.value / 100; draw(); };
  for (const button of isolators) {
    button.onclick = () => {
      for (const box of document.querySelectorAll("[data-show]")) box.checked = box.dataset.show === button.dataset.isolate;
      update();
      look("front");
      if (button.closest(".card")) $("three-d").scrollIntoView();
    };
  }
  new ResizeObserver(resize).observe(host);
  window.addEventListener("beforeprint", resize);

  resize();
  update();
  look("front");
  window.lamina = { scene, camera, bones, screws, letters, renderer };  // for tests
})();
