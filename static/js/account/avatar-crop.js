// Choose the square of a picture that is shown: by sliders, so by keyboard too, or by dragging.
// Without this script, or where the browser cannot read the picture, the middle is taken.

const form = document.querySelector("[data-avatar-form]");
if (form) start(form);

function start(form) {
  const cropper = form.querySelector("[data-cropper]");
  const image = cropper.querySelector("img");
  const stage = image.parentElement;
  const { picture, zoom, across, down } = form.elements;

  picture.addEventListener("change", () => {
    forget();
    const file = picture.files[0];
    if (file) image.src = URL.createObjectURL(file);
  });
  image.addEventListener("load", () => {
    cropper.hidden = false;
    draw();
  });
  image.addEventListener("error", forget);
  cropper.addEventListener("input", draw);
  stage.addEventListener("pointerdown", (event) => stage.setPointerCapture(event.pointerId));
  stage.addEventListener("pointermove", (event) => {
    if (!stage.hasPointerCapture(event.pointerId)) return;
    move(across, event.movementX, image.offsetWidth - stage.clientWidth);
    move(down, event.movementY, image.offsetHeight - stage.clientHeight);
    draw();
  });

  function move(slider, pixels, room) {
    if (room > 0) slider.value = Number(slider.value) - pixels / room;
  }

  function forget() {
    if (image.src) URL.revokeObjectURL(image.src);
    image.removeAttribute("src");
    cropper.hidden = true;
    zoom.value = 1;
    across.value = down.value = 0.5;
    for (const name of ["left", "top", "side"]) form.elements[name].value = "";
  }

  function draw() {
    const width = image.naturalWidth;
    const height = image.naturalHeight;
    const shorter = Math.min(width, height);
    const part = 1 / Number(zoom.value);
    const left = (width - shorter * part) * Number(across.value);
    const top = (height - shorter * part) * Number(down.value);
    form.elements.left.value = left / width;
    form.elements.top.value = top / height;
    form.elements.side.value = part;

    const scale = stage.clientWidth / (shorter * part);
    image.style.width = `${width * scale}px`;
    image.style.height = `${height * scale}px`;
    image.style.left = `${-left * scale}px`;
    image.style.top = `${-top * scale}px`;
  }
}
