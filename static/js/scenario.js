// The scenario calculator: a slider beside each box that asks for one. It has no name, so that only the box is sent.
{
  const pounds = (text) => Number(text.replace(/[£,\s]/g, "") || NaN)
  const inPounds = (amount) => amount.toLocaleString("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const step = (target) => 10 ** Math.max(-2, Math.floor(Math.log10(target)) - 3)

  // Where a slider begins and ends. A cost runs around the target, wherever that is just now.
  const kinds = {
    percent: {
      read: (text) => Number(text.replace("%", "").trim() || NaN),
      write: String,
      say: (text) => `${text}%`,
      ends: (box, value) => {
        const most = Number(box.dataset.most)
        return [0, value > most ? 100 : most, most > 20 ? 1 : 0.5]
      },
    },
    target: {
      read: pounds,
      write: (value) => inPounds(Number(value)),
      say: (text) => `£${text}`,
      ends: (box) => {
        const first = pounds(box.defaultValue)
        return [first / 2, first * 1.5, step(first)]
      },
    },
    cost: {
      read: pounds,
      write: (value) => inPounds(Number(value)),
      say: (text) => `£${text}`,
      ends: (box, value) => {
        const target = pounds(box.form.elements.target.value)
        return [Math.min(target * 0.85, value), Math.max(target * 1.15, value), step(target)]
      },
    },
  }

  const follow = (box, slider) => {
    const kind = kinds[box.dataset.slider]
    const value = kind.read(box.value)
    const [least, most, every] = Number.isFinite(value) ? kind.ends(box, value) : []
    slider.hidden = !(least < most)
    if (slider.hidden) return
    const down = Math.floor(least / every) * every
    Object.assign(slider, { min: Number(down.toFixed(2)), max: most.toFixed(2), step: every, value })
    slider.setAttribute("aria-valuetext", kind.say(box.value))
  }

  const sliders = []
  for (const box of document.querySelectorAll("input[data-slider]")) {
    const slider = Object.assign(document.createElement("input"), { type: "range", className: "slider" })
    slider.setAttribute("aria-label", `${box.labels[0].textContent.trim()}, as a slider`)
    slider.addEventListener("input", () => {
      box.value = kinds[box.dataset.slider].write(slider.value)
      slider.setAttribute("aria-valuetext", kinds[box.dataset.slider].say(box.value))
    })
    box.addEventListener("input", () => follow(box, slider))
    box.closest(".govuk-input__wrapper").after(slider)
    sliders.push([box, slider])
    follow(box, slider)
  }

  // When the target moves, the costs around it do.
  document.querySelector("form [data-slider=target]")?.form.addEventListener("input", (event) => {
    for (const [box, slider] of sliders) if (box.dataset.slider === "cost" && event.target !== slider) follow(box, slider)
  })
}
